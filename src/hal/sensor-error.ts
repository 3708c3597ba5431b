import { NodeError } from '../error.ts'

/**
 * Why a chip that acknowledges gives no value: `bad-crc`, `not-ready`, `wrong-chip`, `out-of-range`,
 * `not-calibrated`, `stuck`, `garbage`.
 */
export type SensorErrorCode =
  | 'bad-crc'
  | 'not-ready'
  | 'wrong-chip'
  | 'out-of-range'
  | 'not-calibrated'
  | 'stuck'
  | 'garbage'

export class SensorError extends NodeError {
  constructor(code: SensorErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(code, message, { remedy: 'retry', ...options })
  }
}
