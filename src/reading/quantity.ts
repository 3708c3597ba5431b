/**
 * What can be measured, and its unit on the wire: a SenML unit (RFC 8428 section 12.1; kg/m3 and deg are of RFC 8798
 * section 2). People see the shown unit.
 */
export interface Quantity {
  /** `[a-z][a-z0-9-]{0,31}`, the word in series names: `temperature`. */
  readonly name: string
  /** The unit on the wire; null for a quantity without one (a contact). */
  readonly unit: string | null
  readonly kind: 'number' | 'boolean'
  /** How it is shown: value · scale + offset, with this many decimals, before the unit's symbol. */
  readonly shown: {
    readonly unit: string
    readonly scale?: number
    readonly offset?: number
    readonly decimals?: number
    /** Words in place of true and false. */
    readonly words?: readonly [whenTrue: string, whenFalse: string]
  }
}

const MICROGRAMS = { unit: 'µg/m³', scale: 1e9, decimals: 1 }

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
  { name: 'alarm', unit: null, kind: 'boolean', shown: { unit: '', words: ['yes', 'no'] } },
  { name: 'switch', unit: null, kind: 'boolean', shown: { unit: '', words: ['on', 'off'] } },
  // Particles of at most 1, 2.5, 4 and 10 µm.
  { name: 'pm1', unit: 'kg/m3', kind: 'number', shown: MICROGRAMS },
  { name: 'pm25', unit: 'kg/m3', kind: 'number', shown: MICROGRAMS },
  { name: 'pm4', unit: 'kg/m3', kind: 'number', shown: MICROGRAMS },
  { name: 'pm10', unit: 'kg/m3', kind: 'number', shown: MICROGRAMS },
  // Indices of Sensirion's gas index algorithm, 1 to 500.
  { name: 'voc-index', unit: '/', kind: 'number', shown: { unit: '', decimals: 0 } },
  { name: 'nox-index', unit: '/', kind: 'number', shown: { unit: '', decimals: 0 } },
  // Computed by gas sensors that measure neither: organic compounds, and carbon dioxide as they suggest it.
  { name: 'tvoc', unit: '/', kind: 'number', shown: { unit: 'ppb', scale: 1e9, decimals: 0 } },
  { name: 'eco2', unit: '/', kind: 'number', shown: { unit: 'ppm', scale: 1e6, decimals: 0 } },
  { name: 'uv-index', unit: '/', kind: 'number', shown: { unit: '', decimals: 1 } },
  { name: 'irradiance', unit: 'W/m2', kind: 'number', shown: { unit: 'W/m²', decimals: 1 } },
  { name: 'distance', unit: 'm', kind: 'number', shown: { unit: 'm', decimals: 3 } },
  { name: 'speed', unit: 'm/s', kind: 'number', shown: { unit: 'm/s', decimals: 1 } },
  { name: 'acceleration', unit: 'm/s2', kind: 'number', shown: { unit: 'm/s²', decimals: 2 } },
  { name: 'direction', unit: 'deg', kind: 'number', shown: { unit: '°', decimals: 0 } },
  { name: 'mass', unit: 'kg', kind: 'number', shown: { unit: 'kg', decimals: 3 } },
  // Share of the volume, or of the range between dry and wet.
  { name: 'moisture', unit: '/', kind: 'number', shown: { unit: '%', scale: 100, decimals: 1 } },
  { name: 'ph', unit: 'pH', kind: 'number', shown: { unit: 'pH', decimals: 2 } },
  { name: 'conductivity', unit: 'S/m', kind: 'number', shown: { unit: 'µS/cm', scale: 1e4, decimals: 0 } },
  { name: 'flow', unit: 'm3/s', kind: 'number', shown: { unit: 'l/min', scale: 60_000, decimals: 2 } },
  { name: 'volume', unit: 'm3', kind: 'number', shown: { unit: 'l', scale: 1000, decimals: 2 } },
  { name: 'sound-level', unit: 'dB', kind: 'number', shown: { unit: 'dB', decimals: 1 } },
  { name: 'energy', unit: 'J', kind: 'number', shown: { unit: 'kWh', scale: 1 / 3.6e6, decimals: 3 } },
  { name: 'resistance', unit: 'Ohm', kind: 'number', shown: { unit: 'Ω', decimals: 1 } }
]

/** A quantity that a driver or a configuration brings, with the protocol that carries it. */
export interface OwnQuantity {
  /** As in Quantity; a name that no other has. */
  readonly name: string
  /** A SenML unit; none unless given. */
  readonly unit?: string | undefined
  readonly kind: 'number' | 'boolean'
  /** The ProtocolName, `/sensor/soil-tension/v1`: one of its own, or of several quantities that are brought. */
  readonly protocol: string
  /** Its unit with two decimals unless given. */
  readonly shown?: Quantity['shown'] | undefined
}

export function quantityOf({ name, unit, kind, shown }: OwnQuantity): Quantity {
  return { name, unit: unit ?? null, kind, shown: shown ?? { unit: unit ?? '' } }
}

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
