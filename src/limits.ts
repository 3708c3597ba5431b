import { type DurationText, durationUnits, parseUnits, type SizeText, sizeUnits } from './units.ts'

/**
 * The limits that a class declares for itself, once: kind and unit, range, default and a sentence for people. The
 * configuration makes its options of them, the class its type, and tests the defaults.
 *
 *     export const pingLimits = defineLimits('Pings.', {
 *       timeout: duration('100ms', '10min', '10s', 'A ping without an answer fails after this.'),
 *       streams: whole(1, 64, 4, 'Streams one peer may hold open.')
 *     })
 *     export type PingLimits = LimitsOf<typeof pingLimits>   // { timeout: number, streams: number }
 */
export interface Limits<Entries extends LimitEntries = LimitEntries> {
  /** What they bound, in a sentence. */
  readonly about: string
  readonly entries: Entries
  /** Keys of two durations of which the first may not be longer than the second. */
  readonly ordered?: readonly [min: string, max: string]
}

export type LimitEntries = { readonly [key: string]: Limit | AutoLimit | ScaledLimit | Limits }

interface LimitFacts {
  readonly kind: 'duration' | 'size' | 'whole' | 'number'
  /** In milliseconds, bytes, or as counted; both are allowed. */
  readonly min: number
  readonly max: number
  readonly about: string
  /** The unit that is proposed for a bare number; of durations and sizes. */
  readonly usual?: string
}

export interface Limit extends LimitFacts {
  /** As the configuration writes it: `10s`, `64KiB`, 1024. */
  readonly initial: string | number
}

/** A limit that is chosen by the machine where the configuration says `auto`, which is its default. */
export interface AutoLimit extends LimitFacts {
  readonly initial: 'auto'
}

/**
 * A limit of what grows with the number of neighbours. Its default `auto` is `base` for each 256 connections that are
 * allowed, and no less than `base`; the configuration is loaded with the number (config/scaled-limits.ts).
 */
export interface ScaledLimit extends AutoLimit {
  readonly base: number
}

/** The values behind such limits: durations in milliseconds, sizes in bytes. */
export type LimitsOf<Defined extends Limits> = {
  readonly [Key in keyof Defined['entries']]: ValueOf<Defined['entries'][Key]>
}

type ValueOf<Entry> = Entry extends Limits
  ? LimitsOf<Entry>
  : Entry extends ScaledLimit
    ? number
    : Entry extends AutoLimit
      ? number | 'auto'
      : number

/**
 * The limits of one class, which config gathers as `limits.<name>`.
 * @param about a sentence for kith.yaml, its schema and docs/protocols.md section 15
 * @param ordered two entries of which the first must not exceed the second
 */
export function defineLimits<const Entries extends LimitEntries>(
  about: string,
  entries: Entries,
  ordered?: readonly [min: keyof Entries & string, max: keyof Entries & string]
): Limits<Entries> {
  return ordered === undefined ? { about, entries } : { about, entries, ordered }
}

/** Text with a unit, milliseconds in the code. @param usual the unit of messages and of numbers without one */
export function duration(
  min: DurationText,
  max: DurationText,
  initial: DurationText,
  about: string,
  usual = 's'
): Limit {
  const [from, to] = [parseUnits(min, durationUnits), parseUnits(max, durationUnits)]
  return { kind: 'duration', min: from, max: to, initial, about, usual }
}

/** Text with a unit, bytes in the code. @param usual the unit of messages and of numbers without one */
export function size(min: SizeText, max: SizeText, initial: SizeText, about: string, usual = 'KiB'): Limit {
  return {
    kind: 'size',
    min: parseUnits(min, sizeUnits),
    max: parseUnits(max, sizeUnits),
    initial,
    about,
    usual
  }
}

/** A whole number from min to max, both included. */
export function whole(min: number, max: number, initial: number, about: string): Limit {
  return { kind: 'whole', min, max, initial, about }
}

/** Any number from min to max, both included. */
export function number(min: number, max: number, initial: number, about: string): Limit {
  return { kind: 'number', min, max, initial, about }
}

/** A whole number, or `auto`. */
export function autoWhole(min: number, max: number, about: string): AutoLimit {
  return { kind: 'whole', min, max, initial: 'auto', about }
}

/** A whole number that grows with the connections that are allowed. @param base for 256 connections */
export function scaledWhole(min: number, max: number, base: number, about: string): ScaledLimit {
  return { kind: 'whole', min, max, initial: 'auto', base, about }
}

/** A size, or `auto`. */
export function autoSize(min: SizeText, max: SizeText, about: string, usual = 'KiB'): AutoLimit {
  return {
    kind: 'size',
    min: parseUnits(min, sizeUnits),
    max: parseUnits(max, sizeUnits),
    initial: 'auto',
    about,
    usual
  }
}

/** The default values, as a node of up to 256 connections has them whose configuration names none of them. */
export function defaultsOf<Entries extends LimitEntries>(limits: Limits<Entries>): LimitsOf<Limits<Entries>> {
  const values = Object.entries(limits.entries).map(([key, entry]) => [
    key,
    'entries' in entry ? defaultsOf(entry) : defaultOf(entry)
  ])
  return Object.fromEntries(values)
}

function defaultOf(limit: Limit | AutoLimit | ScaledLimit): number | string {
  const { kind, initial } = limit
  if ('base' in limit) return limit.base
  if (initial === 'auto' || typeof initial === 'number') return initial
  return parseUnits(initial, kind === 'size' ? sizeUnits : durationUnits)
}
