import type { Clock } from '../../../clock.ts'
import { NodeError } from '../../../error.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import type { QueryLink } from './query-link.ts'

export interface ExchangeInit {
  readonly link: QueryLink
  readonly request: Omit<QueryRequest, 'id'>
  readonly clock: Clock
  /** Milliseconds until the first answer with content, and from each to the next. */
  readonly deadline: number
  readonly signal: AbortSignal
  /** An error that it throws closes the link. */
  readonly onAnswer: (answer: QueryAnswer) => void
}

/**
 * One request and its answers, up to the end.
 * @throws NodeError 'deadline', 'link-broken', 'misbehaving', a code of the closed list; the signal's reason
 */
export function exchange(init: ExchangeInit): Promise<void> {
  const { link, request, clock, deadline, signal, onAnswer } = init
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const call = link.ask(request, {
      onAnswer(answer) {
        onAnswer(answer)
        if (hasContent(answer)) wait.due = clock.monotonic() + deadline
      },
      onEnd() {
        release()
        resolve()
      },
      onFail(error) {
        release()
        reject(error)
      }
    })
    const giveUp = (reason: Error): void => {
      call.cancel()
      release()
      reject(reason)
    }
    const onAbort = (): void => giveUp(signal.reason)
    const now = clock.monotonic()
    const wait = { due: now + deadline, onLate: () => giveUp(late(link.peer, deadline)) }
    link.waits.add(wait, now)
    signal.addEventListener('abort', onAbort)
    const release = (): void => {
      link.waits.remove(wait)
      signal.removeEventListener('abort', onAbort)
    }
  })
}

/** These are genuine, and their number is bounded by the request; other answers could keep it open for ever. */
function hasContent({ pack, block }: QueryAnswer): boolean {
  return pack !== undefined || block !== undefined
}

function late(peer: string, ms: number): NodeError {
  return new NodeError('deadline', `${peer}: no answer within ${ms} ms`, { remedy: 'retry' })
}
