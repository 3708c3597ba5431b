import * as v from 'valibot'
import type { ActuatorOptions } from '../../hal/actuator.ts'
import type { OptionPath } from '../option-path.ts'
import { formatPath } from '../option-path.ts'
import { choice } from '../options/choice.ts'
import { duration, list, name, option, options, truth, withHint } from '../options/kinds.ts'
import { lineName } from './sensor-place.ts'

/** One output with every default. */
export interface SwitchConfig extends ActuatorOptions {
  readonly name: string
  readonly line: string
  /** Milliseconds between readings of its state. */
  readonly interval: number
  readonly private: boolean
}

const MAX_SWITCHES = 32
const SECOND = 1000
const HOUR = 3_600_000
const DAY = 86_400_000

const entry = options({
  name: v.pipe(name(), v.description('Its name in commands: kith switch NAME on.')),
  line: v.pipe(lineName(), v.description('A line of the device tree or chip:offset.')),
  active: option(choice(['high', 'low']), 'high', 'The level that means on; low for most relay boards.'),
  safe: option(choice(['off', 'on']), 'off', 'Its state when maxOn is over.'),
  initial: option(target(), 'safe', 'Its state at start.'),
  whenLost: option(target(), 'safe', 'Its state when a lease ends that was not renewed, and at stop.'),
  maxOn: option(
    duration(SECOND, 30 * DAY, 'min'),
    '1h',
    'Longest time away from its safe state, however often that is commanded.'
  ),
  minOff: option(
    duration(0, DAY, 'min'),
    '0s',
    'Shortest time off before it may be switched on again, for compressors.'
  ),
  interval: option(
    duration(SECOND, HOUR),
    '1min',
    'Time between readings of its state; changes come at once.'
  ),
  private: option(truth(), false, 'Whether its state is kept from gossip; peers of the book may ask for it.')
})

function target() {
  return choice(['safe', 'on', 'off'])
}

/** The outputs of a node. */
export function switchesSchema() {
  return list(entry as v.GenericSchema<unknown, SwitchConfig>, MAX_SWITCHES)
}

interface MaybePlace {
  readonly name?: unknown
  readonly line?: unknown
}

/** Names of switches and lines that are used twice: a switch and a sensor of one name would be one device to `on`. */
export function switchClashes({ sensors, switches }: { sensors?: unknown; switches?: unknown }): {
  readonly path: OptionPath
  readonly message: string
}[] {
  const places = (list: unknown): MaybePlace[] =>
    Array.isArray(list) ? list.map((place: MaybePlace | null) => place ?? {}) : []
  const taken = new Map<unknown, OptionPath>(places(sensors).map(({ line }, i) => [line, ['sensors', i]]))
  const names = new Map<unknown, OptionPath>(places(sensors).map(({ name }, i) => [name, ['sensors', i]]))
  return places(switches).flatMap(({ name, line }, index) => {
    const path: OptionPath = ['switches', index]
    const found = [
      claim(names, name, path, 'name', `the name ${name}`, 'give each switch and sensor its own name'),
      claim(taken, line, path, 'line', `the line ${line}`, 'a line has one owner')
    ]
    return found.filter((clash) => clash !== undefined)
  })
}

function claim(
  taken: Map<unknown, OptionPath>,
  given: unknown,
  path: OptionPath,
  key: string,
  what: string,
  hint: string
) {
  const first = taken.get(given)
  if (first === undefined) taken.set(given, path)
  if (first === undefined || typeof given !== 'string') return undefined
  return { path: [...path, key], message: withHint(`${what} is taken by ${formatPath(first)}`, hint) }
}
