import * as v from 'valibot'
import type { SensorDefinition } from '../hal/sensor.ts'
import { PROTOCOL_NAME, WORD } from '../names.ts'
import { sensorProtocols } from '../protocol/protocol-registry.ts'
import { quantities as builtIn, type OwnQuantity } from '../reading/quantity.ts'
import type { OptionPath } from './option-path.ts'
import { choice } from './options/choice.ts'
import { didYouMean, list, number, option, options, text, whole, withHint } from './options/kinds.ts'
import { nearest } from './options/nearest.ts'

const MAX_QUANTITIES = 64

const word = text(/^\P{Cc}{1,16}$/u, 'a word of at most 16 characters')

const shown = options({
  unit: v.pipe(
    text(/^\P{Cc}{0,16}$/u, 'text of at most 16 characters'),
    v.description('The unit that people see.')
  ),
  scale: option(number(-1e15, 1e15), 1, 'What people see is value · scale + offset.'),
  offset: option(number(-1e15, 1e15), 0, 'See scale.'),
  decimals: option(whole(0, 15), 2, 'Decimals that people see.'),
  words: v.pipe(
    v.optional(v.tuple([word, word], 'two words are written as in [open, closed]')),
    v.description('Words for true and false; yes and no unless given.')
  )
})

const entry = options({
  name: v.pipe(
    text(WORD, 'the name of a quantity: 1 to 32 of a–z, 0–9 and -, a letter first'),
    v.description('The word in series names.')
  ),
  unit: v.pipe(
    v.optional(text(/^[!-~]{1,16}$/, 'a SenML unit as in m/s')),
    v.description('Its unit on the wire, of SenML (RFC 8428, RFC 8798); none unless given.')
  ),
  kind: option(choice(['number', 'boolean']), 'number', 'What its values are.'),
  protocol: v.pipe(
    text(PROTOCOL_NAME, 'a ProtocolName as in /sensor/soil-tension/v1'),
    v.description('The protocol that carries it.')
  ),
  shown: v.pipe(
    v.optional(shown),
    v.description('How people see it; its unit with two decimals unless given.')
  )
})

/** Quantities of a node's own. */
export function quantitiesSchema() {
  return list(entry as v.GenericSchema<unknown, OwnQuantity>, MAX_QUANTITIES)
}

export interface QuantityProblem {
  readonly path: OptionPath
  readonly message: string
}

/** The quantities that the configuration and the drivers bring, each once: the configuration decides. */
export function ownQuantities(
  configured: readonly OwnQuantity[],
  devices: readonly SensorDefinition[]
): OwnQuantity[] {
  const all = [...devices.flatMap(({ quantities = [] }) => quantities), ...configured]
  return [...new Map(all.map((quantity) => [quantity.name, quantity])).values()]
}

/** What has been checked by itself, and may have failed. */
interface MaybeConfig {
  readonly quantities?: unknown
  readonly sensors?: unknown
}

/**
 * Quantities that are defined twice or name a protocol of kith, and sensors that measure an undefined one: their
 * readings would reach no protocol.
 * @param others names of quantities that an application brings
 */
export function quantityProblems(
  { quantities, sensors }: MaybeConfig,
  devices: readonly SensorDefinition[],
  others: readonly string[]
): QuantityProblem[] {
  const own = (Array.isArray(quantities) ? quantities : []) as (Partial<OwnQuantity> | null)[]
  const taken = [...builtIn.map(({ name }) => name), ...others]
  const brought = devices.flatMap((definition) => definition.quantities ?? []).map(({ name }) => name)
  const known = new Set([...taken, ...brought, ...own.map((one) => String(one?.name))])
  const twice = own.flatMap((one, i) =>
    taken.includes(String(one?.name)) || own.findIndex((other) => other?.name === one?.name) < i
      ? [{ path: ['quantities', i, 'name'], message: withHint(`"${one?.name}" is defined already`, TWICE) }]
      : []
  )
  return [...twice, ...takenProtocols(own, devices), ...unknownMeasures(sensors, devices, known)]
}

/** A protocol of kith carries the quantities of kith: no node would take another in its packs. */
function takenProtocols(
  own: readonly (Partial<OwnQuantity> | null)[],
  devices: readonly SensorDefinition[]
): QuantityProblem[] {
  const problem = (path: OptionPath, protocol: string, who = ''): QuantityProblem => ({
    path,
    message: withHint(
      `${who}"${protocol}" is a protocol of kith`,
      'choose another, as in /sensor/soil-tension/v1'
    )
  })
  const ofFile = own.flatMap((one, i) =>
    isBuiltIn(one?.protocol) ? [problem(['quantities', i, 'protocol'], String(one?.protocol))] : []
  )
  const configured = new Set(own.map((one) => one?.name))
  const ofDevices = devices.flatMap(({ type, quantities = [] }) =>
    quantities
      .filter(({ name, protocol }) => isBuiltIn(protocol) && !configured.has(name))
      .map(({ name, protocol }) => problem(['devices'], protocol, `${type} brings ${name}: `))
  )
  return [...ofFile, ...ofDevices]
}

function isBuiltIn(protocol: unknown): boolean {
  return sensorProtocols.some(({ id }) => id === protocol)
}

const TWICE = 'leave it out, or give it another name'

function unknownMeasures(
  sensors: unknown,
  devices: readonly SensorDefinition[],
  known: ReadonlySet<string>
): QuantityProblem[] {
  const list = (Array.isArray(sensors) ? sensors : []) as ({ type?: unknown; options?: unknown } | null)[]
  return list.flatMap((sensor, i) => {
    const definition = devices.find(({ type }) => type === sensor?.type)
    const unknown = measuredBy(definition, sensor?.options).find((quantity) => !known.has(quantity))
    if (unknown === undefined) return []
    const message = `${sensor?.type} measures "${unknown}", which is not a known quantity`
    const meant = didYouMean(nearest(unknown, [...known]))
    const hint = `known are ${[...known].toSorted().join(', ')}; a driver or quantities: may define more`
    return [
      {
        path: ['sensors', i, 'type'],
        message: withHint(message, meant === undefined ? hint : `${meant} ${hint}`)
      }
    ]
  })
}

function measuredBy(definition: SensorDefinition | undefined, options: unknown): string[] {
  if (definition === undefined) return []
  const { measures } = definition
  const given = (typeof options === 'object' && options !== null ? options : {}) as Parameters<
    Extract<typeof measures, (...args: never[]) => unknown>
  >[0]
  return (typeof measures === 'function' ? measures(given) : measures).map(({ quantity }) => quantity)
}
