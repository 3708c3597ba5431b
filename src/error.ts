/** What can be done about an error: wait and try again, change something, or stop the node. */
export type Remedy = 'retry' | 'fix' | 'stop'

export interface NodeErrorOptions {
  /** What the person can do about it, as one sentence or a command to type. */
  hint?: string
  remedy?: Remedy
  cause?: unknown
}

/**
 * The one error that kith throws on purpose. `code` is stable, in kebab-case, for programs;
 * `message` names the place and what is wrong with it; `hint` says what to do.
 */
export class NodeError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly remedy: Remedy

  constructor(code: string, message: string, options: NodeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'NodeError'
    this.code = code
    this.hint = options.hint
    this.remedy = options.remedy ?? 'fix'
  }
}

/** Foreign errors cross realms and copies of packages: compared by name or code, never by class. */
export function isNodeError(error: unknown, code?: string): error is NodeError {
  return (
    error instanceof Error &&
    error.name === 'NodeError' &&
    (code === undefined || (error as NodeError).code === code)
  )
}

/** One line for a person: message and hint of our own errors, the message of foreign ones. */
export function describeError(error: unknown): string {
  if (isNodeError(error))
    return error.hint === undefined ? error.message : `${error.message}. hint: ${error.hint}`
  if (error instanceof Error) return error.message === '' ? error.name : error.message
  return String(error)
}
