/** A family of units as the configuration writes them, each with its worth in the family's smallest. */
export interface Units {
  /** What the family measures, with its article, for messages. */
  readonly noun: string
  readonly example: string
  readonly worth: Readonly<Record<string, number>>
}

/** In milliseconds. */
export const durationUnits: Units = {
  noun: 'a duration',
  example: '250ms, 10s, 15min, 2h or 30d',
  worth: { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }
}

/** In bytes. */
export const sizeUnits: Units = {
  noun: 'a size',
  example: '512B, 64KiB, 1MB or 2GiB',
  worth: { B: 1, kB: 1e3, KiB: 1024, MB: 1e6, MiB: 1024 ** 2, GB: 1e9, GiB: 1024 ** 3 }
}

/** Text as `10s`, for the compiler. */
export type DurationText = `${number}${'ms' | 's' | 'min' | 'h' | 'd'}`
export type SizeText = `${number}${'B' | 'kB' | 'KiB' | 'MB' | 'MiB' | 'GB' | 'GiB'}`

/** Matches a number with one of the units behind it. */
export function unitPattern(units: Units): RegExp {
  return new RegExp(`^(\\d+(?:\\.\\d+)?) ?(${Object.keys(units.worth).join('|')})$`)
}

/** The text in the family's smallest unit; NaN where it is not a number with a unit of the family. */
export function parseUnits(text: string, units: Units): number {
  const [, amount = '', unit = ''] = unitPattern(units).exec(text) ?? []
  // Rounded where 0.1 h is not exactly so many milliseconds in binary.
  return amount === '' ? Number.NaN : Math.round(Number(amount) * (units.worth[unit] ?? Number.NaN))
}

/** The text with the fewest digits that is exactly the value: 60000 is `1min`, 90000 is `90s`, 17408 is `17KiB`. */
export function formatUnits(value: number, units: Units): string {
  const [smallest = ''] = Object.keys(units.worth)
  if (value === 0) return `0${smallest}`
  const exact = Object.entries(units.worth).filter(([, worth]) => value % worth === 0)
  const [unit, worth] = exact.reduce(
    (best, next) => (digits(value, next) <= digits(value, best) ? next : best),
    [Object.keys(units.worth)[0] ?? '', 1]
  )
  return `${value / worth}${unit}`
}

function digits(value: number, [, worth]: readonly [string, number]): number {
  return String(value / worth).length
}

/** A guess for a text that does not parse: another case, `sec`, `minutes`, a bare number. */
export function guessUnits(text: string, units: Units, usual: string): string | undefined {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? []
  if (amount === '') return undefined
  if (unit === '') return `${amount}${usual}`
  const same = Object.keys(units.worth).find((known) => known.toLowerCase() === unit.toLowerCase())
  const meant =
    same ?? SPELLINGS.find(([spelling, known]) => spelling.test(unit) && known in units.worth)?.[1]
  return meant === undefined ? undefined : `${amount}${meant}`
}

const SPELLINGS: readonly [RegExp, string][] = [
  [/^(m|mins|minutes?)$/i, 'min'],
  [/^(secs?|seconds?)$/i, 's'],
  [/^(msecs?|milliseconds?|millis)$/i, 'ms'],
  [/^(hrs?|hours?)$/i, 'h'],
  [/^days?$/i, 'd'],
  [/^bytes?$/i, 'B'],
  [/^(k|ki)$/i, 'KiB'],
  [/^(m|mi|mib)$/i, 'MiB'],
  [/^(g|gi)$/i, 'GiB']
]

/** `0x76`: an I2C address, as people write it. */
export function formatAddress(address: unknown): string {
  return `0x${Number(address).toString(16).padStart(2, '0')}`
}
