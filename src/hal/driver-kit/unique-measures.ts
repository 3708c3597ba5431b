import type { Measure } from '../sensor.ts'

/** The measures without duplicates; a quantity that occurs once needs no channel in its series. */
export function uniqueMeasures<M extends Measure>(measures: readonly M[]): M[] {
  const once = measures.filter((one, index) => measures.findIndex((other) => isSame(one, other)) === index)
  return once.map((one) => {
    if (once.some((other) => other !== one && other.quantity === one.quantity)) return one
    const { channel: _alone, ...rest } = one
    return rest as M
  })
}

function isSame(one: Measure, other: Measure): boolean {
  return one.quantity === other.quantity && one.channel === other.channel
}
