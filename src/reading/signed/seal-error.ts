import { NodeError } from '../../error.ts'

/** `form`: bytes that no seal has; `key`: a key that can make none. */
export type SealFlaw = 'form' | 'key'

export class SealError extends NodeError {
  readonly why: SealFlaw

  constructor(why: SealFlaw, message: string) {
    super('bad-seal', message)
    this.why = why
  }
}

export function isSealError(error: unknown): error is SealError {
  return error instanceof Error && (error as Partial<SealError>).code === 'bad-seal'
}
