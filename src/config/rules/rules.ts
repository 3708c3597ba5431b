import * as v from 'valibot'
import { PROTOCOL_NAME } from '../../names.ts'
import { choice } from '../options/choice.ts'
import { duration, list, listOfTexts, name, number, option, options, text } from '../options/kinds.ts'
import { partsOf, REMOTE_OR_OWN_SWITCH, RULE_WHO, SERIES_OF_RULE } from './names.ts'

/** A series passes a threshold; `clear`, the same unless given, is where that is over. */
export interface LevelWhen {
  readonly series: string
  readonly above?: number
  readonly below?: number
  readonly clear?: number
  /** Milliseconds for which it must hold. */
  readonly for: number
}

export interface StateWhen {
  readonly series: string
  readonly is: 'stale' | 'fault'
  /** Milliseconds for which it must hold. */
  readonly for: number
}

/** Local time of the machine. */
export interface TimeWhen {
  readonly time: string
  /** All unless given. */
  readonly days?: readonly Day[]
}

export type RuleWhen = LevelWhen | StateWhen | TimeWhen

export interface SwitchAction {
  readonly switch: string
  readonly to: 'on' | 'off'
  /** Milliseconds; the output goes back unless the rule fires again. */
  readonly for?: number
}

export interface LogAction {
  readonly log: string
}

export interface SendAction {
  readonly send: string
  readonly protocol: string
  readonly text: string
}

export type RuleAction = SwitchAction | LogAction | SendAction

export interface RuleConfig {
  readonly name: string
  readonly when: RuleWhen
  readonly then: readonly RuleAction[]
  /** Least milliseconds from one firing to the next. */
  readonly interval: number
  /** Milliseconds after which it fires again while it holds. */
  readonly repeat?: number
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]

const MAX_RULES = 64
const MAX_ACTIONS = 8
const SECOND = 1000
const DAY = 86_400_000
/** Beyond any sensor's range in its quantity's unit (pressure in Pa goes furthest). */
const FAR = 1e9

const series = v.pipe(
  text(SERIES_OF_RULE, 'a series as in air/temperature or hall/air/temperature'),
  v.description(
    'A series of this node, as of a sensor or heater/switch, or WHO/ and one of a peer of the book.'
  )
)
const level = (about: string) => v.pipe(v.optional(number(-FAR, FAR)), v.description(about))
const holds = option(duration(0, DAY, 'min'), '0s', 'It must hold for this long.')

const levelWhen = options({
  series,
  above: level('It holds above this value, in the unit of the series; true counts as 1.'),
  below: level('It holds below this value.'),
  clear: level('It is over at this value: hysteresis; the threshold itself unless given.'),
  for: holds
})
const stateWhen = options({
  series,
  is: v.pipe(choice(['stale', 'fault']), v.description('It holds while the series is that.')),
  for: holds
})
const timeWhen = options({
  time: v.pipe(
    text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as in 06:30'),
    v.description('Local time, where the clock is known.')
  ),
  days: v.pipe(v.optional(listOfTexts(choice(DAYS), 7)), v.description('Days of the week; all unless given.'))
})

const switchAction = options({
  switch: v.pipe(
    text(REMOTE_OR_OWN_SWITCH, 'a switch as in heater or hall/heater'),
    v.description('A switch of this node, or WHO/ and a switch of a peer that grants operate.')
  ),
  to: v.pipe(choice(['on', 'off']), v.description('The new state.')),
  for: v.pipe(
    v.optional(duration(SECOND, 30 * DAY, 'min')),
    v.description('It goes back after this, unless the rule fires again.')
  )
})
const logAction = options({
  log: v.pipe(
    text(/^\P{Cc}{1,200}$/u, 'a line of at most 200 characters'),
    v.description('A line of the log.')
  )
})
const sendAction = options({
  send: v.pipe(
    text(RULE_WHO, 'a name of the book or a PeerId'),
    v.description('A name of the book or a PeerId that gets a message.')
  ),
  protocol: v.pipe(
    text(PROTOCOL_NAME, 'a ProtocolName as in /note/text/v1'),
    v.description('The ProtocolName on which it is sent.')
  ),
  text: v.pipe(text(/^[\s\S]{1,1000}$/, 'a text of at most 1000 characters'), v.description('The message.'))
})

/** Of several forms the one whose key is written, so that messages are about that. */
function byKey<Output>(forms: Readonly<Record<string, v.GenericSchema>>, other: string) {
  const all = Object.values(forms) as [v.GenericSchema, ...v.GenericSchema[]]
  return v.lazy((input: unknown) => {
    if (input === undefined) return v.union(all)
    const keys = typeof input === 'object' && input !== null ? Object.keys(input) : []
    const key = Object.keys(forms).find((one) => keys.includes(one)) ?? other
    return forms[key] ?? v.union(all)
  }) as unknown as v.GenericSchema<unknown, Output>
}

const entry = options({
  name: v.pipe(name(), v.description('Its name, as kith rules shows it.')),
  when: v.pipe(
    byKey<RuleWhen>({ time: timeWhen, is: stateWhen, series: levelWhen }, 'series'),
    v.description('When it fires: a series above or below a value, stale or fault; or a time of day.')
  ),
  // biome-ignore lint/suspicious/noThenProperty: the word of kith.yaml.
  then: v.pipe(
    list(
      byKey<RuleAction>({ switch: switchAction, log: logAction, send: sendAction }, 'switch'),
      MAX_ACTIONS
    ),
    v.minLength(1, 'names nothing to do'),
    v.description('What it does, in this order: switch, log, send.')
  ),
  interval: option(
    duration(SECOND, DAY, 'min'),
    '1min',
    'Least time from one firing to the next; one that comes earlier waits, and is told as a fault.'
  ),
  repeat: v.pipe(
    v.optional(duration(SECOND, DAY, 'min')),
    v.description('It fires again after this while it holds, as for a switch with for.')
  )
})

/** What this node does by itself. */
export function rulesSchema() {
  return list(entry as v.GenericSchema<unknown, RuleConfig>, MAX_RULES)
}

/** The names of the book and PeerIds in a rule. */
export function whosOf({ when, then }: Pick<RuleConfig, 'when' | 'then'>): string[] {
  const all = [
    'series' in when ? partsOf(when.series, SERIES_OF_RULE)?.who : undefined,
    ...then.map((action) =>
      'send' in action
        ? action.send
        : 'switch' in action
          ? partsOf(action.switch, REMOTE_OR_OWN_SWITCH)?.who
          : undefined
    )
  ]
  return [...new Set(all.filter((one) => one !== undefined))]
}
