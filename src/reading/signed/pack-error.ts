import { type CborFlaw, isCborError } from '../../cbor/error.ts'
import { NodeError } from '../../error.ts'

/** Which rule of wire.md a pack, a block or a catalogue breaks; a CborFlaw for bytes that are not its CBOR. */
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

/** Runs `work`; what it says of CBOR is told as a flaw of the payload. */
export function asPackError<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isCborError(error)) throw new PackError(error.why, error.message, { cause: error })
    throw error
  }
}
