import * as v from 'valibot'
import type { Options, SensorDefinition } from '../../hal/sensor.ts'
import { durationUnits, formatUnits } from '../../units.ts'
import { issuePath } from '../option-path.ts'
import { didYouMean, duration, list, name, option, showInput, truth, withHint } from '../options/kinds.ts'
import { nearest } from '../options/nearest.ts'
import { type FilterConfig, filterSchema } from './filters.ts'
import { deviceOptions } from './options.ts'
import { placeEntries } from './sensor-place.ts'

/** One configured sensor with every default. Its place depends on the device's kind of bus. */
export type SensorConfig = {
  readonly type: string
  readonly name: string
  /** Milliseconds between samples. */
  readonly interval: number
  readonly filters: FilterConfig[]
  /** Not gossiped; read over streams by peers of the book. */
  readonly private: boolean
  readonly options: Options
} & (
  | { readonly bus: string; readonly address: number; readonly line?: undefined }
  | { readonly line: string; readonly bus?: undefined; readonly address?: undefined }
  | { readonly bus?: undefined; readonly address?: undefined; readonly line?: undefined }
)

export type SensorSchema = v.GenericSchema<unknown, SensorConfig>

const DAY = 86_400_000
const USUAL_INTERVAL = 10_000
const MAX_SENSORS = 64

function commonEntries(type: string, minimumInterval: number, quantities: readonly string[]) {
  return {
    name: option(name(), type, 'Its name in series, unique on this node.'),
    interval: option(
      interval(type, minimumInterval),
      formatUnits(Math.max(USUAL_INTERVAL, minimumInterval), durationUnits),
      'Time between samples; a reading is stale after two of them.'
    ),
    filters: option(list(filterSchema(quantities), 16), [], 'Applied to each value, in this order.'),
    private: option(truth(), false, 'Not gossiped; only peers of the book may ask for it.')
  }
}

function interval(type: string, minimum: number) {
  const min = formatUnits(minimum, durationUnits)
  return v.pipe(
    duration(1, DAY),
    v.minValue(minimum, (issue) =>
      withHint(
        `${formatUnits(issue.input, durationUnits)} is too often for ${type}`,
        `the minimum is ${min}: more often gives nothing new or heats the chip`
      )
    ),
    v.metadata({ range: `${min} to ${formatUnits(DAY, durationUnits)}`, format: formatInterval })
  )
}

function formatInterval(value: unknown): string {
  return formatUnits(Number(value), durationUnits)
}

function sensorOf(definition: SensorDefinition): v.GenericSchema {
  const { type, title, minimumInterval } = definition
  const entries: v.ObjectEntries = {
    type: v.pipe(v.literal(type), v.description(title)),
    ...commonEntries(type, minimumInterval, quantitiesOf(definition)),
    ...placeEntries(definition),
    options: deviceOptions(definition)
  }
  return v.object(entries, (issue) => withHint('is missing', lineHint(issue.expected)))
}

/** The quantities that a device measures by default; options may add channels, not quantities. */
function quantitiesOf({ measures }: SensorDefinition): string[] {
  const list = typeof measures === 'function' ? measures({}) : measures
  return [...new Set(list.map(({ quantity }) => quantity))]
}

function lineHint(expected: string): string | undefined {
  return expected === '"line"' ? 'name the line it is wired to, as in line: GPIO17' : undefined
}

/** The device whose title has the word: `ds18b20` is one of those that w1 reads. */
function titled(word: string, devices: readonly SensorDefinition[]): string | undefined {
  const named = devices.filter(({ title }) =>
    title
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .includes(word.toLowerCase())
  )
  return named.length === 1 ? named[0]?.type : undefined
}

/** Of an unknown device, only the options that all devices have are checked. */
function unknownDevice(devices: readonly SensorDefinition[]): v.GenericSchema {
  const types = devices.map(({ type }) => type)
  const all = {
    command: `\`kith devices --types\` lists all ${types.length}`,
    program: 'docs/devices.md lists all; give others to createNode in devices'
  }
  const known = v.picklist(types, (issue) => {
    const word = String(issue.input)
    const meant = didYouMean(titled(word, devices) ?? nearest(word, types))
    return withHint(
      `${showInput(issue.input)} is not a known device`,
      meant === undefined ? all : { command: `${meant} ${all.command}`, program: `${meant} ${all.program}` }
    )
  })
  const unchecked = v.optional(v.any())
  return v.object(
    {
      type: known,
      ...commonEntries('unknown', 1, []),
      bus: unchecked,
      address: unchecked,
      line: unchecked,
      options: unchecked
    },
    (issue) =>
      issue.expected === 'Object'
        ? withHint(`${showInput(issue.input)} is not a sensor`, 'a sensor begins with - type: and its device')
        : withHint('is missing', `every sensor names its device, as in type: ${types[0] ?? 'bme280'}`)
  )
}

/**
 * The sensors of a node, by the devices it knows. The schema of one is chosen by its `type`, so that
 * messages speak of that device; without one it is any of them, as documentation shows it.
 */
export function sensorsSchema(devices: readonly SensorDefinition[]) {
  const byType = new Map(devices.map((definition) => [definition.type, sensorOf(definition)]))
  const unknown = unknownDevice(devices)
  const any = v.union([...byType.values()])
  const sensor = v.lazy((input: unknown) => {
    if (input === undefined) return any
    const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined
    return byType.get(String(type)) ?? unknown
  }) as unknown as SensorSchema
  return v.pipe(
    list(sensor, MAX_SENSORS),
    v.rawCheck(({ dataset, addIssue }) => {
      for (const { index, key, message } of clashes(dataset.value))
        addIssue({ message, path: issuePath(dataset.value, [index, key]) })
    })
  )
}

/** A name or line of one sensor that another has. */
interface Clash {
  readonly index: number
  readonly key: 'name' | 'line'
  readonly message: string
}

interface MaybeSensor {
  readonly name?: unknown
  readonly line?: unknown
}

/** Names and lines that are used twice. */
function clashes(sensors: unknown): Clash[] {
  const taken = new Map<string, number>()
  const found: Clash[] = []
  const claim = (index: number, key: Clash['key'], what: string, hint: string): void => {
    const first = taken.get(what)
    if (first === undefined) taken.set(what, index)
    else found.push({ index, key, message: withHint(`${what} is taken by sensors[${first}]`, hint) })
  }
  if (!Array.isArray(sensors)) return found
  sensors.forEach((sensor: MaybeSensor | null, index) => {
    if (typeof sensor?.name === 'string')
      claim(index, 'name', `the name ${sensor.name}`, 'give each sensor its own name')
    if (typeof sensor?.line === 'string')
      claim(index, 'line', `the line ${sensor.line}`, 'a line has one owner')
  })
  return found
}
