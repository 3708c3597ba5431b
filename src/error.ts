/** What can be done about an error: wait and try again, change something, or stop the node. */
export type Remedy = 'retry' | 'fix' | 'stop'

/**
 * What can be done about an error, as one sentence or a command to type. Where it names commands of kith it has a
 * second form, for programs that use the library.
 */
export type Hint = string | { readonly command: string; readonly program: string }

export interface NodeErrorOptions {
  hint?: Hint
  remedy?: Remedy
  cause?: unknown
}

/**
 * The one error that kith throws on purpose. `code` is stable, in kebab-case, for programs;
 * `message` names the place and what is wrong with it; `hint` says what to do, in terms of the library.
 */
export class NodeError extends Error {
  readonly code: string
  readonly hint: string | undefined
  /** The hint for a person at the command line. @internal */
  readonly commandHint: string | undefined
  readonly remedy: Remedy

  constructor(code: string, message: string, options: NodeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'NodeError'
    this.code = code
    this.hint = typeof options.hint === 'object' ? options.hint.program : options.hint
    this.commandHint = commandForm(options.hint)
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

/** The hint in the words of the command line. */
export function commandForm(hint: Hint | undefined): string | undefined {
  return typeof hint === 'object' ? hint.command : hint
}

/** What an error says to a person: of the command line, in the log, and by the control socket. */
export function commandHint(error: unknown): string | undefined {
  if (!isNodeError(error)) return undefined
  // An error of another copy of kith has one form.
  return error.commandHint ?? error.hint
}

/** The hint of an error, for another error that explains it. */
export function hintOf(error: unknown): Hint | undefined {
  const command = commandHint(error)
  if (!isNodeError(error) || command === undefined) return undefined
  return { command, program: error.hint ?? command }
}

/** One line for a person: message and hint of our own errors, the message of foreign ones. */
export function describeError(error: unknown): string {
  const hint = commandHint(error)
  if (isNodeError(error)) return hint === undefined ? error.message : `${error.message}. hint: ${hint}`
  if (error instanceof Error) return error.message === '' ? error.name : error.message
  return String(error)
}
