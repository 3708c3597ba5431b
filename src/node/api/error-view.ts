import { defined } from '../../defined.ts'
import { commandHint, isNodeError, NodeError } from '../../error.ts'

/** An error as JSON: of the control socket, and of `kith --json`. */
export interface ErrorView {
  code: string
  message: string
  hint?: string
}

/** @returns our own errors as they are; of others the message, under the code `internal` */
export function errorView(error: unknown): ErrorView {
  if (isNodeError(error))
    return {
      code: error.code,
      message: error.message,
      ...defined({ hint: commandHint(error) })
    }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}

/** The error in `value`, if it is `{"error": {code, message}}`. */
export function readError(value: unknown): NodeError | undefined {
  if (typeof value !== 'object' || value === null || !('error' in value)) return undefined
  const { error } = value
  if (typeof error !== 'object' || error === null) return undefined
  const { code, message, hint } = error as Partial<Record<keyof ErrorView, unknown>>
  if (typeof code !== 'string' || typeof message !== 'string') return undefined
  return new NodeError(code, message, typeof hint === 'string' ? { hint } : {})
}

/** RFC 9110 section 15; 429 RFC 6585. */
const statuses: ReadonlyMap<string, number> = new Map([
  ['bad-request', 400],
  ['usage', 400],
  ['protocol-name', 400],
  ['ambiguous', 409],
  ['denied', 403],
  ['nobody-found', 404],
  ['no-such', 404],
  ['no-data', 404],
  ['gone', 410],
  ['too-big', 413],
  ['unreachable', 502],
  ['busy', 503],
  ['stopping', 503],
  ['deadline', 504]
])

export function httpStatus(view: ErrorView): number {
  return statuses.get(view.code) ?? 500
}
