import { type Measure, uniqueMeasures } from '../../src/driver.ts'

/** What is measured, by the word in the names of its files. */
const QUANTITIES = {
  temp: 'temperature',
  pressure: 'pressure',
  humidityrelative: 'humidity',
  illuminance: 'illuminance',
  voltage: 'voltage',
  current: 'current',
  power: 'power',
  concentration: 'co2'
} as const

export type Kind = keyof typeof QUANTITIES

/** One value of a device. */
export interface Channel extends Measure {
  readonly kind: Kind
  /** As in its files' names: `voltage0`, `temp_object`. */
  readonly word: string
}

/** The gas is a modifier: only CO2 has a quantity. Modifiers of other kinds are as their drivers name them. */
const ONE = `(?:concentration\\d{0,3}_co2|(?:${Object.keys(QUANTITIES)
  .filter((kind) => kind !== 'concentration')
  .join('|')})\\d{0,3}(?:_(?!input|raw|scale|offset)[a-z]{1,8})?)`
export const LIST = new RegExp(`^${ONE}( ${ONE}){0,31}$`)
const FILE = new RegExp(`^in_(${ONE})_(?:input|raw)$`)
const PARTS = /^([a-z]+)(\d*)(?:_(\w+))?$/

/** `temp pressure voltage0`: without duplicates; a quantity that is measured once needs no channel in its series. */
export function channelsOf(list: string): Channel[] {
  const channels = list.split(' ').flatMap((word): Channel[] => {
    const [, kind, number = '', modifier = ''] = PARTS.exec(word) ?? []
    const known = Object.keys(QUANTITIES).find((each): each is Kind => each === kind)
    if (known === undefined) return []
    const channel = `${number}${modifier}`.slice(0, 8)
    const one = { kind: known, quantity: QUANTITIES[known], word }
    return channel === '' ? [one] : [{ ...one, channel }]
  })
  return uniqueMeasures(channels)
}

/** The files' names of a device as such a list. */
export function channelsIn(files: readonly string[]): string[] {
  const words = files.flatMap((file) => FILE.exec(file)?.[1] ?? [])
  return [...new Set(words)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}
