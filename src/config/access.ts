import * as v from 'valibot'
import type { SensorDefinition } from '../hal/sensor.ts'
import { ACCESS_WORDS, type AccessWord, CROWDS, isThing, NODE_WORDS } from '../peer/access-words.ts'
import type { SensorConfig } from './devices/sensors.ts'
import { formatPath, type OptionPath } from './option-path.ts'
import { choice } from './options/choice.ts'
import { didYouMean, list, listOfTexts, options, text, withHint } from './options/kinds.ts'
import { nearest } from './options/nearest.ts'
import { type Origin, placeOf } from './origin.ts'
import { nameOrPeer } from './store.ts'

/** One grant of kith.yaml. */
export interface AccessEntry {
  readonly who: string
  readonly may: readonly AccessWord[]
  /** Everything unless given. */
  readonly on?: readonly string[]
  /** Where it is written, as in `kith.yaml:12`; set when the configuration is loaded. */
  readonly by?: string
}

const MAX_GRANTS = 1024

const may = v.pipe(
  listOfTexts(choice(ACCESS_WORDS), ACCESS_WORDS.length),
  v.minLength(1, `names nothing; it is a list of ${ACCESS_WORDS.join(', ')}`)
)

const things = v.pipe(
  listOfTexts(text(/^\S{1,80}$/, 'a switch, a sensor, a series or a ProtocolName'), 64),
  v.minLength(1, 'names nothing; leave it out for everything')
)

const entry = options({
  who: v.pipe(
    nameOrPeer,
    v.description('A name or purpose of the book, a PeerId, near, anyone, or a bridge: mqtt, http.')
  ),
  may: v.pipe(may, v.description('What it may: read, operate, configure; own is all of it.')),
  on: v.pipe(
    v.optional(things),
    v.description('Switches, sensors, series as air/temperature, ProtocolNames; everything unless given.')
  )
})

/** Who may do what on this node. */
export function accessSchema() {
  return list(entry as v.GenericSchema<unknown, AccessEntry>, MAX_GRANTS)
}

interface Given {
  readonly access?: unknown
  readonly sensors?: unknown
  readonly switches?: unknown
}

interface Problem {
  readonly path: OptionPath
  readonly message: string
}

/** Grants that would give a crowd too much, give a part of what has none, or are for things that do not exist. */
export function accessProblems({ access, sensors, switches }: Given): Problem[] {
  if (!Array.isArray(access)) return []
  const names = new Set([...namesIn(sensors), ...namesIn(switches)])
  return access.flatMap((grant: unknown, index) => {
    const { who, may, on } = (grant ?? {}) as { readonly who?: unknown; may?: unknown; on?: unknown }
    const path: OptionPath = ['access', index]
    return [
      ...texts(may).flatMap((word, i) => wordProblem([...path, 'may', i], word, who, on)),
      ...texts(on).flatMap((thing, i) => thingProblem([...path, 'on', i], thing, names))
    ]
  })
}

function wordProblem(path: OptionPath, word: string, who: unknown, on: unknown): Problem[] {
  if (!ACCESS_WORDS.some((known) => known === word)) return []
  if (typeof who === 'string' && CROWDS.includes(who) && word !== 'read') {
    const hint = `${who} may be granted read only; grant ${word} to a name of the book`
    return [{ path, message: withHint(`${word} is for nobody in particular`, hint) }]
  }
  if (on !== undefined && NODE_WORDS.some((known) => known === word)) {
    const hint = `leave on out, or grant ${word} in an entry of its own`
    return [{ path, message: withHint(`${word} is of the node as a whole, not of a part of it`, hint) }]
  }
  return []
}

/** Whether a ProtocolName is spoken is known to the application alone. */
function thingProblem(path: OptionPath, thing: string, names: ReadonlySet<string>): Problem[] {
  if (thing.startsWith('/') && isThing(thing)) return []
  const [device = '', ...rest] = thing.split('/')
  if (isThing(thing) && names.has(device)) return []
  const meant = nearest(device, names)
  const hint =
    didYouMean(meant === undefined ? undefined : [meant, ...rest].join('/')) ??
    (names.size === 0
      ? 'this node has no sensors and no switches'
      : `it has ${[...names].slice(0, 16).join(', ')}`)
  const message = `"${thing}" is no switch, sensor or series of this node, and no ProtocolName`
  return [{ path, message: withHint(message, hint) }]
}

/** What a node has, to which something may be granted. */
export interface Things {
  readonly sensors: readonly Pick<SensorConfig, 'name' | 'type' | 'private' | 'options'>[]
  readonly switches: readonly { readonly name: string; readonly private: boolean }[]
}

/** Why something that is granted gives nothing, and what to do. */
export interface Idle {
  readonly message: string
  readonly hint: string
}

/** The things in grants of a checked configuration for which they give nothing. */
export function idleGrants(
  { access, ...things }: Things & { readonly access: readonly AccessEntry[] },
  devices: readonly SensorDefinition[]
): (Idle & { readonly path: OptionPath })[] {
  return access.flatMap((grant, index) =>
    (grant.on ?? []).flatMap((thing, i) => {
      const why = whyIdle(grant, thing, things, devices)
      return why === undefined ? [] : [{ path: ['access', index, 'on', i], ...why }]
    })
  )
}

/**
 * Why a grant of `read` or `operate` gives nothing for a thing; undefined where it gives something.
 * @param devices of other sensors it is not known what they measure
 */
export function whyIdle(
  { who, may }: Pick<AccessEntry, 'who' | 'may'>,
  thing: string,
  { sensors, switches }: Things,
  devices: readonly SensorDefinition[] = []
): Idle | undefined {
  const reads = may.includes('read')
  if (thing.startsWith('/'))
    return reads ? undefined : idle('operate is of switches', 'read lets it open a protocol')
  const [device = '', series] = thing.split('/')
  const output = switches.find(({ name }) => name === device)
  const sensor = sensors.find(({ name }) => name === device)
  const one = output ?? sensor
  if (one === undefined)
    return idle(`this node has no ${device}`, 'kith access shows what is granted on what')
  if (CROWDS.includes(who) && one.private)
    return idle(`${device} is private`, `${who} never reads it: name a peer, a purpose or a PeerId`)
  if (may.includes('operate') && output !== undefined && series === undefined) return undefined
  if (!reads && output !== undefined)
    return idle('operate is of a switch as a whole', `write ${device} in place of ${thing}`)
  if (!reads) return idle(`operate is of switches, and ${device} is a sensor`, 'grant read on it')
  const measured = output === undefined ? measuredBy(sensor, devices) : ['switch']
  if (series === undefined || measured === undefined || measured.includes(series)) return undefined
  return idle(`${device} does not measure ${series}`, `it measures ${measured.join(', ')}`)
}

function idle(why: string, hint: string): Idle {
  return { message: `${why}: this grants nothing`, hint }
}

/** `temperature`, `voltage.a0`; undefined where the device is not known. */
function measuredBy(
  sensor: Things['sensors'][number] | undefined,
  devices: readonly SensorDefinition[]
): string[] | undefined {
  const definition = devices.find(({ type }) => type === sensor?.type)
  if (sensor === undefined || definition === undefined) return undefined
  const { measures } = definition
  return (typeof measures === 'function' ? measures(sensor.options) : measures).map(
    ({ quantity, channel }) => (channel === undefined ? quantity : `${quantity}.${channel}`)
  )
}

/** The entries of a checked configuration, each with its place. */
export function withPlaces(
  entries: readonly AccessEntry[],
  originOf: (path: OptionPath) => Origin
): AccessEntry[] {
  return entries.map((one, index) => {
    const path: OptionPath = ['access', index]
    return { ...one, by: placeOf(originOf(path)) ?? formatPath(path) }
  })
}

function namesIn(list: unknown): string[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((one: unknown) => texts([(one as { readonly name?: unknown } | null)?.name]))
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
}
