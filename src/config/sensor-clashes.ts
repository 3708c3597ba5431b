import type * as v from 'valibot'
import { withHint } from './option-kinds.ts'
import { formatAddress } from './sensor-place.ts'

/** One sensor wants what another has. */
export interface Clash {
  readonly index: number
  readonly key: 'name' | 'address' | 'line'
  readonly message: string
}

interface MaybeSensor {
  readonly name?: unknown
  readonly bus?: unknown
  readonly address?: unknown
  readonly line?: unknown
}

/** What one sensor takes from another: its name, its address on a bus, its line. */
export function clashes(sensors: unknown): Clash[] {
  const taken = new Map<string, number>()
  const found: Clash[] = []
  const claim = (index: number, key: Clash['key'], what: string, cure: string): void => {
    const first = taken.get(what)
    if (first === undefined) taken.set(what, index)
    else found.push({ index, key, message: withHint(`${what} is taken by sensors[${first}]`, cure) })
  }
  if (!Array.isArray(sensors)) return found
  sensors.forEach((sensor: MaybeSensor | null, index) => {
    if (typeof sensor?.name === 'string')
      claim(index, 'name', `the name ${sensor.name}`, 'give each sensor its own name')
    if (typeof sensor?.bus === 'string' && typeof sensor.address === 'number')
      claim(
        index,
        'address',
        `${formatAddress(sensor.address)} on ${sensor.bus}`,
        'strap one chip to another address, or use another bus'
      )
    if (typeof sensor?.line === 'string')
      claim(index, 'line', `the line ${sensor.line}`, 'a line has one owner')
  })
  return found
}

/** The way to the later one, for valibot. */
export function clashPath(sensors: unknown, { index, key }: Clash): [v.ArrayPathItem, v.ObjectPathItem] {
  const list = sensors as Record<string, unknown>[]
  const sensor = list[index] ?? {}
  return [
    { type: 'array', origin: 'value', input: list, key: index, value: sensor },
    { type: 'object', origin: 'value', input: sensor, key, value: sensor[key] }
  ]
}
