import { byNumber, defined, type Measure, uniqueMeasures } from '../../src/driver.ts'

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

/** What no device of the kernel's goes beyond, in the quantity's unit; voltages, currents and powers have no such bounds. */
const RANGES: Partial<Readonly<Record<Kind, readonly [number, number]>>> = {
  // From absolute zero to more than a thermocouple of type B measures.
  temp: [-273.15, 1820],
  // A vacuum is no weather: 0 is a sensor that has measured nothing.
  pressure: [1, 100_000_000],
  humidityrelative: [0, 100],
  illuminance: [0, 1_000_000],
  // All of the air; 0 is a sensor that has measured nothing.
  concentration: [1e-6, 1]
}

/**
 * Devices that measure other gases and estimate what CO2 would be with people as the only source of both:
 * no CO2 [sgp30: Sensirion SGP30 3.1; ccs811: ScioSense CC-000619 4; ens160: SC-001224 1].
 */
const ESTIMATING: ReadonlySet<string> = new Set(['sgp30', 'ccs811', 'ens160'])
/** `concentration_co2`, with or without a number. */
const CO2 = /^concentration\d*_co2$/

/** Whether the device gives an estimate under that name. */
export function isEstimated(device: string, word: string): boolean {
  return ESTIMATING.has(device) && CO2.test(word)
}

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
    const one = { kind: known, quantity: QUANTITIES[known], word, ...defined({ range: RANGES[known] }) }
    return channel === '' ? [one] : [{ ...one, channel }]
  })
  return uniqueMeasures(channels)
}

/** The files' names of a device as such a list, without what it only estimates. */
export function channelsIn(files: readonly string[], device: string): string[] {
  const words = files.flatMap((file) => FILE.exec(file)?.[1] ?? [])
  return [...new Set(words)].filter((word) => !isEstimated(device, word)).sort(byNumber)
}
