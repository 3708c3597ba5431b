import { signed } from 'kith/driver'

/** °C of the temperature register: a whole degree a step (DS21462D, table 4-4). */
export function celsius(register: number): number {
  return signed(register, 8)
}
