import { type CborFlaw, isCborError } from '../../cbor/error.ts'
import { NodeError } from '../../error.ts'

/** Which rule of docs/protocols.md sections 8 to 10 a payload breaks; a CborFlaw for bytes that section 6 refuses. */
export type PackFlaw =
  | CborFlaw
  | 'form'
  | 'name'
  | 'quantity'
  | 'unit'
  | 'value'
  | 'fault'
  | 'run'
  | 'position'
  | 'time'
  | 'interval'

/** A payload that receivers refuse, or readings that no payload can carry. */
export class PackError extends NodeError {
  readonly why: PackFlaw

  constructor(why: PackFlaw, message: string, options: { cause?: unknown } = {}) {
    super('bad-pack', message, options)
    this.why = why
  }
}

export function isPackError(error: unknown): error is PackError {
  return error instanceof Error && (error as Partial<PackError>).code === 'bad-pack'
}

/** Runs `work`; its CborError becomes a PackError with the same flaw. */
export function asPackError<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isCborError(error)) throw new PackError(error.why, error.message, { cause: error })
    throw error
  }
}
