import { resolve } from 'node:path'
import * as v from 'valibot'
import type { AmbientQuantity } from '../hal/simulated/ambient.ts'
import type { ChipFault } from '../hal/simulated/faults.ts'
import type { ChipPlace, ScenarioAction, ScenarioEvent, TracePoint } from '../hal/simulated/scenario.ts'
import { nearest } from './nearest.ts'
import {
  choice,
  didYouMean,
  duration,
  list,
  number,
  options,
  showInput,
  text,
  withHint
} from './option-kinds.ts'
import type { SensorConfig } from './sensors.ts'
import { readTrace } from './trace-file.ts'
import { writeValue } from './written-value.ts'

const DAY = 86_400_000
/** Beyond any quantity in its unit (pressure in Pa goes furthest). */
const FAR = 1e9

export const ambientQuantities = [
  'temperature',
  'humidity',
  'pressure',
  'illuminance',
  'co2',
  'voltage',
  'current'
] as const satisfies readonly AmbientQuantity[]

export const chipFaults = [
  'no-acknowledge-address',
  'no-acknowledge-data',
  'bad-crc',
  'stuck-high',
  'stuck-low',
  'garbage',
  'never-ready',
  'unplugged'
] as const satisfies readonly ChipFault[]

export interface ScenarioSurroundings {
  /** What sensors are called, and where they are. */
  readonly sensors: readonly SensorConfig[]
  /** Recordings are relative to it. */
  readonly folder: string
}

const anywhere = number(-FAR, FAR)
const positive = number(0, FAR)
const quantity = choice(ambientQuantities)

/** A map of quantities, each with such a value. */
function perQuantity<const Value extends v.GenericSchema>(value: Value) {
  const entry = v.exactOptional(value)
  return options({
    temperature: entry,
    humidity: entry,
    pressure: entry,
    illuminance: entry,
    co2: entry,
    voltage: entry,
    current: entry
  })
}

const values = perQuantity(anywhere)
const bus = text(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a bus as in i2c-1')

/** `10:03`, as milliseconds into the day. */
const timeOfDay = v.pipe(
  text(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'a time of day as in 10:03 or 22:30:15'),
  v.transform((written) => {
    const [hours = 0, minutes = 0, seconds = 0] = written.split(':').map(Number)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000
  })
)

const when = {
  after: v.optional(duration(0, 365 * DAY, 'min')),
  at: v.optional(timeOfDay),
  every: v.optional(duration(1000, 365 * DAY, 'min')),
  about: v.optional(text(/^.{0,200}$/, 'at most 200 characters'))
}

/** A chip by its sensor's name, or as `0x76 on i2c-1`. */
function chip(sensors: readonly SensorConfig[]) {
  const byName = new Map(
    sensors.flatMap((sensor) => (sensor.bus === undefined ? [] : [[sensor.name, sensor] as const]))
  )
  return v.pipe(
    text(/./, 'a sensor'),
    v.rawTransform(({ dataset, addIssue, NEVER }): ChipPlace => {
      const [, address, there] = /^(0x[0-9a-f]{2}) on (\S+)$/.exec(dataset.value) ?? []
      if (there !== undefined) return { bus: there, address: Number(address) }
      const named = byName.get(dataset.value)
      if (named !== undefined) return { bus: named.bus, address: named.address }
      const known = byName.size === 0 ? 'none is configured' : `there is ${[...byName.keys()].join(', ')}`
      addIssue({
        message: withHint(
          `${showInput(dataset.value)} is neither a sensor on a bus nor as in 0x76 on i2c-1`,
          didYouMean(nearest(dataset.value, byName.keys())) ?? known
        )
      })
      return NEVER
    })
  )
}

/** A GPIO line, by its sensor's name or its own. */
function line(sensors: readonly SensorConfig[]) {
  return v.pipe(
    text(/^\S{1,64}$/, 'a line as in GPIO17'),
    v.transform((given) => sensors.find((sensor) => sensor.name === given)?.line ?? given)
  )
}

function recording(folder: string) {
  return v.pipe(
    text(/^[^\0]{1,255}$/, 'a file as in cellar.csv'),
    v.rawTransform(({ dataset, addIssue, NEVER }): readonly TracePoint[] => {
      try {
        return readTrace(resolve(folder, dataset.value))
      } catch (error) {
        addIssue({ message: `${dataset.value} ${error instanceof Error ? error.message : error}` })
        return NEVER
      }
    })
  )
}

/** What an event may do: its own keys, and the action that they mean. */
function kinds({ sensors, folder }: ScenarioSurroundings) {
  const place = chip(sensors)
  const over = v.optional(duration(0, 365 * DAY, 'min'), '0ms')
  return {
    hold: event({ hold: values }, ({ hold }) => ({ kind: 'ramp', to: hold, over: 0 })),
    ramp: event({ ramp: values, over }, ({ ramp, over }) => ({ kind: 'ramp', to: ramp, over })),
    shift: event({ shift: values, over }, ({ shift, over }) => ({ kind: 'shift', by: shift, over })),
    release: event({ release: list(quantity, ambientQuantities.length) }, ({ release }) => ({
      kind: 'release',
      quantities: release
    })),
    replay: event({ replay: recording(folder), quantity }, ({ replay, quantity }) => ({
      kind: 'replay',
      quantity,
      points: replay
    })),
    unplug: event({ unplug: place }, ({ unplug }) => ({ kind: 'fault', chip: unplug, fault: 'unplugged' })),
    plug: event({ plug: place }, ({ plug }) => ({ kind: 'clear', chip: plug })),
    fault: event({ fault: choice(chipFaults), chip: place }, (given) => ({ kind: 'fault', ...given })),
    clear: event({ clear: place }, ({ clear }) => ({ kind: 'clear', chip: clear })),
    brownout: event({ brownout: place }, ({ brownout }) => ({ kind: 'brownout', chip: brownout })),
    hang: event({ hang: bus }, ({ hang }) => ({ kind: 'hang', bus: hang })),
    unhang: event({ unhang: bus }, ({ unhang }) => ({ kind: 'unhang', bus: unhang })),
    line: event({ line: line(sensors), level: choice([0, 1]) }, (given) => ({ kind: 'drive', ...given }))
  }
}

/** What is left of an event once its own keys are checked. */
type Given<Entries extends v.ObjectEntries> = { readonly [Key in keyof Entries]: v.InferOutput<Entries[Key]> }

type EventSchema = v.GenericSchema<unknown, ScenarioEvent>

/** @returns the schema of one event; what is said of it is what was written, unless it says so itself */
function event<const Entries extends v.ObjectEntries>(
  entries: Entries,
  act: (given: Given<Entries>) => ScenarioAction
): (written: string) => EventSchema {
  const once = v.check(
    ({ after, at }: Moment) => (after === undefined) !== (at === undefined),
    withHint('needs one of after and at', 'write after: 5min, or at: 10:03')
  )
  const schema = options({ ...when, ...entries }) as unknown as v.GenericSchema<unknown, Moment>
  return (written) =>
    v.pipe(
      schema,
      once,
      v.transform(({ after = 0, at, every, about = written, ...own }) => ({
        about,
        when: at === undefined ? { after } : { at },
        ...(every === undefined ? {} : { every }),
        action: act(own as unknown as Given<Entries>)
      }))
    )
}

interface Moment {
  readonly after?: number
  readonly at?: number
  readonly every?: number
  readonly about?: string
}

/** One key each says what happens; its schema is chosen by that, so that messages speak of it. */
export function eventsSchema(surroundings: ScenarioSurroundings) {
  const known = kinds(surroundings)
  const names = Object.keys(known) as (keyof typeof known)[]
  const unknown = v.custom<ScenarioEvent>(
    () => false,
    (issue) =>
      withHint(`${showInput(issue.input)} is not an event`, `an event has one of ${names.join(', ')}`)
  )
  const one = v.lazy((input: unknown): EventSchema => {
    const written = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {}
    const [name, more] = names.filter((name) => Object.hasOwn(written, name))
    if (name === undefined || more !== undefined) return unknown
    return known[name](`${name} ${writeValue(written[name])}`)
  })
  return list(one, 1000)
}

const MOST_CHIPS = 64

/** Everything that a scenario may say. */
export function scenarioSchema(surroundings: ScenarioSurroundings) {
  const course = options({
    mean: v.exactOptional(anywhere),
    daily: v.exactOptional(anywhere),
    peakHour: v.exactOptional(number(0, 24)),
    weather: v.exactOptional(positive),
    unrest: v.exactOptional(positive)
  })
  const imperfect = options({
    chip: chip(surroundings.sensors),
    noise: v.exactOptional(perQuantity(positive)),
    drift: v.exactOptional(perQuantity(anywhere)),
    selfHeating: v.exactOptional(number(0, 10))
  })
  return options({
    about: v.optional(text(/^.{0,200}$/, 'at most 200 characters'), ''),
    day: v.optional(perQuantity(course), {}),
    chips: v.optional(list(imperfect, MOST_CHIPS), []),
    events: v.optional(eventsSchema(surroundings), [])
  })
}
