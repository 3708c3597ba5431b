import type { Edge } from '../../gpio.ts'

/**
 * struct gpio_v2_line_event [include/uapi/linux/gpio.h], in the byte order of the machine (little-endian
 * on all that kith runs on):
 *
 *     0   8  timestamp, nanoseconds of CLOCK_MONOTONIC
 *     8   4  1 rising, 2 falling
 *    12   4  offset of the line
 *    16   4  number among the events of the request
 *    20   4  number among the events of the line
 *    24  24  reserved
 */
export const EVENT_BYTES = 48
const RISING = 1

/** @param ahead milliseconds that Clock.monotonic() is ahead of CLOCK_MONOTONIC */
export function readEvents(bytes: Uint8Array, ahead: number): Edge[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const edges: Edge[] = []
  for (let start = 0; start + EVENT_BYTES <= bytes.length; start += EVENT_BYTES) {
    edges.push({
      level: view.getUint32(start + 8, true) === RISING ? 1 : 0,
      at: milliseconds(view.getBigUint64(start, true)) + ahead,
      sequence: view.getUint32(start + 20, true)
    })
  }
  return edges
}

/** Microseconds of a machine that runs for years are exact as a number; nanoseconds are not. */
export function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1000
}
