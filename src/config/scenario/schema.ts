import * as v from 'valibot'
import { defined } from '../../defined.ts'
import type { ScenarioAction, ScenarioEvent } from '../../hal/simulated/scenario.ts'
import { busName } from '../devices/sensor-place.ts'
import { choice } from '../options/choice.ts'
import { duration, list, number, options, showInput, text, withHint } from '../options/kinds.ts'
import { writeValue } from '../yaml/value.ts'
import {
  ambientQuantities,
  anywhere,
  chip,
  chipFaults,
  line,
  perQuantity,
  positive,
  recording,
  type ScenarioConditions,
  timeOfDay
} from './parts.ts'

const DAY = 86_400_000
const MAX_EVENTS = 1000
const MAX_CHIPS = 64

const quantity = choice(ambientQuantities)

const values = perQuantity(anywhere)
const bus = busName()

const when = {
  after: v.optional(duration(0, 365 * DAY, 'min')),
  at: v.optional(timeOfDay),
  every: v.optional(duration(1000, 365 * DAY, 'min')),
  about: v.optional(text(/^.{0,200}$/, 'at most 200 characters'))
}

/** The kinds of events: their keys, and the action of each. */
function kinds({ sensors, folder }: ScenarioConditions) {
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

/** An event after its own keys are checked. */
type Given<Entries extends v.ObjectEntries> = { readonly [Key in keyof Entries]: v.InferOutput<Entries[Key]> }

type EventSchema = v.GenericSchema<unknown, ScenarioEvent>

/** @returns the schema of one event; its text is what was written unless `about` is given */
function event<const Entries extends v.ObjectEntries>(
  entries: Entries,
  act: (given: Given<Entries>) => ScenarioAction
): (written: string) => EventSchema {
  const once = v.check(
    ({ after, at }: EventTime) => (after === undefined) !== (at === undefined),
    withHint('needs one of after and at', 'write after: 5min, or at: 10:03')
  )
  const schema = options({ ...when, ...entries }) as unknown as v.GenericSchema<unknown, EventTime>
  return (written) =>
    v.pipe(
      schema,
      once,
      v.transform(({ after = 0, at, every, about = written, ...own }) => ({
        about,
        when: at === undefined ? { after } : { at },
        ...defined({ every }),
        action: act(own as unknown as Given<Entries>)
      }))
    )
}

interface EventTime {
  readonly after?: number
  readonly at?: number
  readonly every?: number
  readonly about?: string
}

/** The schema of an event is chosen by its action key, so that messages are about that action. */
function eventsSchema(conditions: ScenarioConditions) {
  const known = kinds(conditions)
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
  return list(one, MAX_EVENTS)
}

/** The schema of a scenario file. */
export function scenarioSchema(conditions: ScenarioConditions) {
  const course = options({
    mean: v.exactOptional(anywhere),
    daily: v.exactOptional(anywhere),
    peakHour: v.exactOptional(number(0, 24)),
    weather: v.exactOptional(positive),
    unrest: v.exactOptional(positive)
  })
  const imperfect = options({
    chip: chip(conditions.sensors),
    noise: v.exactOptional(perQuantity(positive)),
    drift: v.exactOptional(perQuantity(anywhere)),
    selfHeating: v.exactOptional(number(0, 10))
  })
  return options({
    about: v.optional(text(/^.{0,200}$/, 'at most 200 characters'), ''),
    day: v.optional(perQuantity(course), {}),
    chips: v.optional(list(imperfect, MAX_CHIPS), []),
    events: v.optional(eventsSchema(conditions), [])
  })
}
