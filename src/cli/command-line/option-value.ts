import { NodeError } from '../../error.ts'
import { durationUnits, formatUnits, guessUnits } from '../../units.ts'
import type { KindValues, Option } from './command.ts'
import { parseDuration, parseTime } from './parse-time.ts'

/** An option as it was written. */
export interface GivenOption {
  readonly name: string
  /** `--count`, `-n` */
  readonly raw: string
  readonly value: string | undefined
  /** Whether the value was written behind `=`. */
  readonly inline: boolean
  /** In argv. */
  readonly index: number
}

/**
 * The value of an option, by its kind.
 * @param path for messages: `kith watch`
 * @param now milliseconds since 1970, for times before now
 * @throws NodeError 'usage'
 */
export function readOptionValue(
  given: GivenOption,
  option: Option,
  path: string,
  now: number
): KindValues[keyof KindValues] {
  const { value, raw } = given
  const wrong = (expected: string): NodeError =>
    new NodeError('usage', `${path} ${raw}: ${expected}`, { hint: `see ${path} --help` })
  if (option.kind === 'flag') {
    if (value !== undefined) throw wrong('takes no value')
    return true
  }
  if (option.kind === 'optional') return value ?? true
  // As of a variable that is not set: "--home $FOLDER".
  if (value === '' && option.kind !== 'list' && option.mayBeEmpty !== true) throw wrong('is empty')
  // A value that looks like an option is one, and the value is missing; `--home=-x` allows it.
  if (value === undefined || (!given.inline && value.startsWith('-') && value.length > 1))
    throw wrong(`needs a value (${option.value ?? option.choices?.join(', ') ?? 'text'})`)
  const found = readers[option.kind](value, option, now)
  if (found === undefined || Number.isNaN(found)) throw wrong(expected(value, option))
  return found
}

const MAX_COUNT = 999_999_999

type Reader = (value: string, option: Option, now: number) => KindValues[keyof KindValues] | undefined

const readers: Readonly<Record<Exclude<keyof KindValues, 'flag' | 'optional'>, Reader>> = {
  text: (value) => value,
  each: (value) => [value],
  list: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  choice: (value, { choices = [] }) => choices.find((choice) => choice === value),
  count: (value, { max = MAX_COUNT }) =>
    /^[1-9]\d{0,8}$/.test(value) && Number(value) <= max ? Number(value) : undefined,
  duration: (value, { range: [min, max] = [0, Infinity] }) => {
    const ms = parseDuration(value)
    return ms >= min && ms <= max ? ms : undefined
  },
  time: (value, _option, now) => parseTime(value, now)
}

/** The message for a value that cannot be read. */
function expected(value: string, option: Option): string {
  const { kind, choices = [], max = MAX_COUNT, range } = option
  if (kind === 'choice') return `must be one of ${choices.join(', ')}, not ${value}`
  if (kind === 'count') return `must be 1 to ${max}, not ${value}`
  if (kind === 'duration' && range !== undefined && !Number.isNaN(parseDuration(value)))
    return `must be ${range.map((ms) => formatUnits(ms, durationUnits)).join(' to ')}, not ${value}`
  const guess = guessUnits(value, durationUnits, kind === 'time' ? 'h' : 's')
  const meant = guess === undefined ? '' : `; did you mean ${guess}?`
  if (kind === 'time' && /^\d{4}-\d\d-\d\d/.test(value)) return `there is no ${value}`
  if (kind === 'time')
    return `must be a duration (1h), a time (23:00, yesterday) or a date (2026-11-23T10:00), not ${value}${meant}`
  return `must be a duration such as ${durationUnits.example}, not ${value}${meant}`
}
