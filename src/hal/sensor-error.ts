import { type Hint, NodeError } from '../error.ts'

/**
 * Why a chip that acknowledges returns no value: `bad-crc`, `not-ready`, `wrong-chip`, `out-of-range`,
 * `not-calibrated`, `stuck`, `garbage`; of a line: `unstable`, `lost-edges`; of a kernel file: `absent`,
 * `ambiguous`, `busy`, `not-permitted`, `unreadable`.
 */
export type SensorErrorCode =
  | 'bad-crc'
  | 'not-ready'
  | 'wrong-chip'
  | 'out-of-range'
  | 'not-calibrated'
  | 'stuck'
  | 'garbage'
  | 'unstable'
  | 'lost-edges'
  | 'absent'
  | 'ambiguous'
  | 'busy'
  | 'not-permitted'
  | 'unreadable'

/**
 * A failed sample: the sampler makes it a fault of the same code, and asks the sensor again at the next interval.
 * Its remedy is always `retry`.
 */
export class SensorError extends NodeError {
  constructor(code: SensorErrorCode, message: string, options: { hint?: Hint; cause?: unknown } = {}) {
    super(code, message, { remedy: 'retry', ...options })
  }
}
