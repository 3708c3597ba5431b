import { NodeError } from '../error.ts'

/** Which rule of core deterministic CBOR, or which bound, the bytes break. */
export type CborFlaw =
  | 'size'
  | 'truncated'
  | 'trailing'
  | 'indefinite'
  | 'not-shortest'
  | 'reserved'
  | 'simple'
  | 'number'
  | 'length'
  | 'text'
  | 'tag'
  | 'depth'
  | 'key'
  | 'order'
  | 'duplicate-key'
  | 'items'

/** Bytes that are not core deterministic CBOR, or a value that it cannot carry. */
export class CborError extends NodeError {
  readonly why: CborFlaw

  constructor(why: CborFlaw, message: string) {
    super('bad-cbor', message)
    this.why = why
  }
}

export function isCborError(error: unknown): error is CborError {
  return error instanceof Error && (error as Partial<CborError>).code === 'bad-cbor'
}
