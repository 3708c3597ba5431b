import { byNumber, defined, type Measure, uniqueMeasures } from '../../src/driver.ts'

/** What is measured, by the word that its files begin with. */
const QUANTITIES = {
  temp: 'temperature',
  in: 'voltage',
  curr: 'current',
  power: 'power',
  fan: 'rate',
  humidity: 'humidity'
} as const

export type Kind = keyof typeof QUANTITIES

/**
 * What no chip of any hwmon driver goes beyond, in the quantity's unit: a driver that reads a negative register
 * as a positive one gives 255 °C at -1 °C. What is measured against a shunt or a divider has no such bounds.
 */
const RANGES: Partial<Readonly<Record<Kind, readonly [number, number]>>> = {
  temp: [-100, 200],
  humidity: [0, 100],
  // 120,000 revolutions a minute.
  fan: [0, 2000]
}

/** One value of a chip, named by the number in its files' names or by its label. */
export interface Channel extends Measure {
  readonly kind: Kind
  readonly number?: string
  readonly label?: string
}

const KINDS = Object.keys(QUANTITIES).join('|')
const ONE = `(?:${KINDS})(?:\\d{1,3}|:[a-z0-9]{1,8})`
export const LIST = new RegExp(`^${ONE}( ${ONE}){0,31}$`)
const PARTS = new RegExp(`^(${KINDS})(?:(\\d+)|:(\\w+))$`)
const INPUT = new RegExp(`^(${KINDS})(\\d{1,3})_(?:input|average)$`)

/** `temp1 in0 temp:core0`: without duplicates; a quantity that is measured once needs no channel in its series. */
export function channelsOf(list: string): Channel[] {
  const channels = list.split(' ').flatMap((word): Channel[] => {
    const [, kind, number, label] = PARTS.exec(word) ?? []
    const known = Object.keys(QUANTITIES).find((each): each is Kind => each === kind)
    if (known === undefined) return []
    const common = { kind: known, quantity: QUANTITIES[known], ...defined({ range: RANGES[known] }) }
    if (number !== undefined) return [{ ...common, number, channel: number }]
    return label === undefined ? [] : [{ ...common, label, channel: label }]
  })
  return uniqueMeasures(channels)
}

/** The files' names of a chip as such a list. */
export function channelsIn(files: readonly string[]): string[] {
  const found = files.flatMap((file) => {
    const [, kind, number] = INPUT.exec(file) ?? []
    return kind === undefined ? [] : [`${kind}${number}`]
  })
  return [...new Set(found)].sort(byNumber)
}

/** `Core 0` as it is written in the configuration: `core0`. */
export function labelWord(label: string): string {
  return label
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 8)
}
