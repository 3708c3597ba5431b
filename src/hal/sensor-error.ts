import { NodeError } from '../error.ts'

/**
 * Why a chip that acknowledges gives no value: `bad-crc`, `not-ready`, `wrong-chip`, `out-of-range`,
 * `not-calibrated`, `stuck`, `garbage`; of a line: `restless`, `lost-edges`; and why the kernel's file of one does not: `absent`, `ambiguous`,
 * `busy`, `not-permitted`, `unreadable`.
 */
export type SensorErrorCode =
  | 'bad-crc'
  | 'not-ready'
  | 'wrong-chip'
  | 'out-of-range'
  | 'not-calibrated'
  | 'stuck'
  | 'garbage'
  | 'restless'
  | 'lost-edges'
  | 'absent'
  | 'ambiguous'
  | 'busy'
  | 'not-permitted'
  | 'unreadable'

export class SensorError extends NodeError {
  constructor(code: SensorErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(code, message, { remedy: 'retry', ...options })
  }
}
