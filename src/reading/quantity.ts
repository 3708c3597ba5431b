/**
 * What can be measured, and in which unit it travels: SenML units (RFC 8428 section 12.1; `lx`, `Cel`,
 * `%RH`, `Pa`, `/`, `dBW` are registered there). People see the shown unit.
 */
export interface Quantity {
  /** `[a-z][a-z0-9-]{0,31}`, the word in series names: `temperature`. */
  readonly name: string
  /** The unit on the wire; null for a quantity without one (a contact). */
  readonly unit: string | null
  readonly kind: 'number' | 'boolean'
  /** How people see it: value · scale + offset, with so many decimals, before the unit's symbol. */
  readonly shown: {
    readonly unit: string
    readonly scale?: number
    readonly offset?: number
    readonly decimals?: number
    /** Words in place of true and false. */
    readonly words?: readonly [whenTrue: string, whenFalse: string]
  }
}

export const quantities: readonly Quantity[] = [
  { name: 'temperature', unit: 'Cel', kind: 'number', shown: { unit: '°C', decimals: 2 } },
  { name: 'humidity', unit: '%RH', kind: 'number', shown: { unit: '%', decimals: 1 } },
  { name: 'pressure', unit: 'Pa', kind: 'number', shown: { unit: 'hPa', scale: 0.01, decimals: 2 } },
  { name: 'illuminance', unit: 'lx', kind: 'number', shown: { unit: 'lx', decimals: 0 } },
  { name: 'voltage', unit: 'V', kind: 'number', shown: { unit: 'V', decimals: 3 } },
  { name: 'current', unit: 'A', kind: 'number', shown: { unit: 'A', decimals: 3 } },
  { name: 'power', unit: 'W', kind: 'number', shown: { unit: 'W', decimals: 2 } },
  { name: 'co2', unit: '/', kind: 'number', shown: { unit: 'ppm', scale: 1e6, decimals: 0 } },
  { name: 'contact', unit: null, kind: 'boolean', shown: { unit: '', words: ['open', 'closed'] } },
  { name: 'count', unit: 'count', kind: 'number', shown: { unit: '', decimals: 0 } },
  { name: 'rate', unit: '1/s', kind: 'number', shown: { unit: '/min', scale: 60, decimals: 2 } },
  { name: 'ratio', unit: '/', kind: 'number', shown: { unit: '%', scale: 100, decimals: 1 } },
  { name: 'duration', unit: 's', kind: 'number', shown: { unit: 's', decimals: 0 } },
  { name: 'signal', unit: 'dBW', kind: 'number', shown: { unit: 'dBm', offset: 30, decimals: 0 } },
  { name: 'frequency', unit: 'Hz', kind: 'number', shown: { unit: 'Hz', decimals: 0 } },
  { name: 'alarm', unit: null, kind: 'boolean', shown: { unit: '', words: ['yes', 'no'] } }
]

/** Finds a quantity by its name; applications add theirs to the built-in ones. */
export type Quantities = ReadonlyMap<string, Quantity>

export function quantityTable(...more: readonly Quantity[]): Quantities {
  return new Map([...quantities, ...more].map((quantity) => [quantity.name, quantity]))
}

/** `21.48 °C`, `1006.53 hPa`, `open`. */
export function showValue(quantity: Quantity, value: number | boolean): string {
  const { unit, scale = 1, offset = 0, decimals = 2, words } = quantity.shown
  if (typeof value === 'boolean') return (words ?? ['yes', 'no'])[value ? 0 : 1]
  return `${(value * scale + offset).toFixed(decimals)}${unit === '' ? '' : ` ${unit}`}`
}
