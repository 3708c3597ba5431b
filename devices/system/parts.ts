import type { Measure } from '../../src/driver.ts'

const ratio = (channel: string): Measure => ({ quantity: 'ratio', channel, range: [0, 1] })
const alarm = (channel: string): Measure => ({ quantity: 'alarm', channel })

/** What each part of a machine's health measures, in the order of its values. */
export const PARTS = {
  /** Temperature of the processor. */
  soc: [{ quantity: 'temperature', range: [-40, 150] }],
  /** Under-voltage, now or since the kernel's last check, 2 s before. */
  supply: [alarm('supply')],
  /** A Raspberry Pi's frequency is capped, it is throttled, it is at its soft temperature limit. */
  throttle: [alarm('capped'), alarm('throttle'), alarm('hot')],
  /** The used part of the memory, and of a file system. */
  memory: [ratio('memory')],
  disk: [ratio('disk')],
  uptime: [{ quantity: 'duration', channel: 'uptime' }],
  /** Running and runnable processes in the last minute, per processor: 1 is full load. */
  load: [{ quantity: 'ratio', channel: 'load', range: [0, 1000] }],
  wifi: [{ quantity: 'signal', channel: 'wifi', range: [-150, 0] }],
  /** The used part of an eMMC's life, in steps of a tenth; and whether its spare blocks run out. */
  wear: [ratio('wear'), alarm('wear')]
} as const satisfies Readonly<Record<string, readonly Measure[]>>

export type Part = keyof typeof PARTS

export const PART_NAMES = Object.keys(PARTS) as readonly Part[]

const ONE = `(?:${PART_NAMES.join('|')})`
export const LIST = new RegExp(`^${ONE}( ${ONE}){0,${PART_NAMES.length - 1}}$`)

/** One value of a part, by its index. */
export interface PartMeasure extends Measure {
  readonly part: Part
  readonly index: number
}

/** `soc memory`: without duplicates, in the order of the table. */
export function measuresOf(list: string): PartMeasure[] {
  const words = list.split(' ')
  return PART_NAMES.filter((part) => words.includes(part)).flatMap((part) =>
    PARTS[part].map((measure: Measure, index) => ({ ...measure, part, index }))
  )
}
