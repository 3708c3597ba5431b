import { defined } from '../../../defined.ts'
import { type Hint, isNodeError, NodeError } from '../../../error.ts'
import { BUSY_RETRY } from '../constants.ts'
import { isQueryErrorCode } from './answer.ts'
import type { ErrorAnswer, QueryErrorCode } from './frame.ts'

/** Ends a request with an error of the closed list. */
export class QueryError extends NodeError {
  readonly answer: ErrorAnswer

  constructor(code: QueryErrorCode, text: string, retry?: number) {
    super(code, text, { remedy: retry === undefined ? 'fix' : 'retry' })
    this.answer = retry === undefined ? { code, text } : { code, text, retry }
  }
}

/** The answer for an error; errors that are none of the closed list become `internal`, without their text. */
export function errorAnswerOf(error: unknown): ErrorAnswer {
  if (error instanceof QueryError) return error.answer
  if (isNodeError(error, 'busy')) return { code: 'busy', text: 'too many are served', retry: BUSY_RETRY }
  return { code: 'internal', text: 'the node could not answer' }
}

/** The error shown for an error answer of another node. */
export function remoteQueryError(peer: string, { code, text, retry }: ErrorAnswer): NodeError {
  const later = code === 'busy' || code === 'no-data' || code === 'internal'
  const hint = retry === undefined ? hints[code] : `ask again in ${retry} ms`
  return new NodeError(code, `${peer} answers ${code}: ${text}`, {
    remedy: later ? 'retry' : 'fix',
    ...defined({ hint })
  })
}

/** Whether the error is an error answer of another node, which a new stream does not change. */
export function isRemoteQueryError(error: unknown): boolean {
  return isNodeError(error) && isQueryErrorCode(error.code)
}

const hints: Partial<Record<QueryErrorCode, Hint>> = {
  denied: {
    command:
      'it takes read there; its owner grants it: kith book add NAME PEERID (yours: kith id), or access: for some series',
    program: 'it takes read there; its owner grants it: in its book, or by access: for some series'
  },
  'no-such': {
    command: 'see what it measures with `kith status` there, or leave out the name',
    program: 'leave out the name to get all that it measures'
  },
  'no-data': 'its sensor has not measured yet; ask again after its interval',
  'unknown-op': 'it runs an older version'
}
