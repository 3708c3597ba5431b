import { NodeError } from '../../error.ts'

/** The closed list of docs/protocols.md section 25. */
export const MANAGE_ERROR_CODES = [
  'bad-request',
  'unknown-op',
  'denied',
  'busy',
  'changed',
  'gone',
  'unsupported',
  'internal'
] as const

export type ManageErrorCode = (typeof MANAGE_ERROR_CODES)[number]

export function isManageErrorCode(code: string): code is ManageErrorCode {
  return MANAGE_ERROR_CODES.some((one) => one === code)
}

/** Ends a request with an error of the closed list. */
export class ManageError extends NodeError {
  readonly answer: readonly [code: ManageErrorCode, text: string]

  constructor(code: ManageErrorCode, text: string) {
    super(code, text, { remedy: code === 'busy' ? 'retry' : 'fix' })
    this.answer = [code, text]
  }
}

/** The answer for an error; errors that are none of the closed list become `internal`, without their text. */
export function errorAnswerOf(error: unknown): readonly [code: ManageErrorCode, text: string] {
  return error instanceof ManageError ? error.answer : ['internal', 'the node could not answer']
}

const hints: Partial<Record<ManageErrorCode, string>> = {
  'unknown-op': 'it runs an older version',
  changed: 'read its configuration anew, and make the change in that',
  gone: 'see what is in force there: kith config show --on NODE'
}

/** The error shown for an error answer of another node. */
export function remoteManageError(
  label: string,
  [code, text]: readonly [ManageErrorCode, string]
): NodeError {
  const hint = hints[code]
  return new NodeError(code, `${label} answers ${code}: ${text}`, {
    remedy: code === 'busy' || code === 'internal' ? 'retry' : 'fix',
    ...(hint === undefined ? {} : { hint })
  })
}
