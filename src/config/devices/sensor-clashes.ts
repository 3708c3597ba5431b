import { withHint } from '../options/kinds.ts'

/** One sensor wants what another has. */
export interface Clash {
  readonly index: number
  readonly key: 'name' | 'line'
  readonly message: string
}

interface MaybeSensor {
  readonly name?: unknown
  readonly line?: unknown
}

/** What one sensor takes from another: its name, its line. */
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
    if (typeof sensor?.line === 'string')
      claim(index, 'line', `the line ${sensor.line}`, 'a line has one owner')
  })
  return found
}
