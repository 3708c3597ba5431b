import { randomBytes } from 'node:crypto'
import type { Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { isNodeError, NodeError } from '../../error.ts'
import { FrameStream } from '../frame-stream.ts'
import {
  decodeSwitchAnswer,
  encodeSwitchRequest,
  type SetRequest,
  type StateRequest,
  type SwitchAnswer,
  type SwitchErrorCode,
  switchErrorCodes,
  type WireState
} from './codec.ts'
import { CMD_BYTES } from './constants.ts'

export interface SwitchClientInit {
  readonly clock: Clock
  readonly openStream: (peer: string, signal: AbortSignal) => Promise<Stream>
  /** Bytes of an answer. */
  readonly answerBytes: number
  /** Milliseconds of a whole exchange, and until a stream that takes nothing is reset. */
  readonly deadline: number
}

export interface SwitchWish {
  readonly n: string
  readonly on: boolean
  /** Seconds. */
  readonly for?: number
  readonly expect?: boolean
}

type Request = Omit<StateRequest, 'id'> | Omit<SetRequest, 'id'>
type States = Extract<SwitchAnswer, { readonly now: unknown }>

const answers: ReadonlySet<string> = new Set([...switchErrorCodes, 'misbehaving', 'bad-frame'])

/** Seconds that a command may take to arrive: longer than a round trip over a slow relay, shorter than a retry by hand. */
const WITHIN = 10

/** Asks other nodes for their outputs, and commands them. Every method throws NodeError. */
export class SwitchClient {
  readonly #init: SwitchClientInit

  constructor(init: SwitchClientInit) {
    this.#init = init
  }

  async states(peer: string, n: string | undefined, signal: AbortSignal): Promise<readonly WireState[]> {
    return await this.#within(peer, signal, async (signal) => {
      const link = await this.#open(peer, signal)
      try {
        return (await link.ask({ op: 'state', ...defined({ n }) })).states
      } finally {
        link.end()
      }
    })
  }

  /**
   * Switches an output: asks for the owner's time first, so that the command is refused where it hangs on its way. A
   * stream that breaks is opened once more, and the same command is sent again: it is carried out once.
   */
  async set(peer: string, wish: SwitchWish, signal: AbortSignal): Promise<WireState> {
    const cmd = randomBytes(CMD_BYTES).toString('hex')
    let isSent = false
    const onSend = (): void => {
      isSent = true
    }
    const work = async (signal: AbortSignal): Promise<WireState> => {
      try {
        return await this.#set(peer, wish, cmd, onSend, signal)
      } catch (error) {
        if (!isNodeError(error, 'link-broken')) throw error
      }
      return await this.#set(peer, wish, cmd, onSend, signal)
    }
    try {
      return await this.#within(peer, signal, work)
    } catch (error) {
      throw isSent && !signal.aborted && !isAnswer(error) ? unanswered(peer, wish.n, error) : error
    }
  }

  async #set(
    peer: string,
    wish: SwitchWish,
    cmd: string,
    onSend: () => void,
    signal: AbortSignal
  ): Promise<WireState> {
    const link = await this.#open(peer, signal)
    try {
      const { now: seen } = await link.ask({ op: 'state', n: wish.n })
      onSend()
      const { states } = await link.ask({ op: 'set', ...wish, cmd, seen, within: WITHIN })
      const [state] = states
      if (state?.n !== wish.n) throw new NodeError('misbehaving', `${peer} answers for another switch`)
      return state
    } finally {
      link.end()
    }
  }

  #within<T>(peer: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, deadline } = this.#init
    return withDeadline(clock, deadline, `asking ${peer} for its switches`, work, signal)
  }

  async #open(peer: string, signal: AbortSignal): Promise<SwitchLink> {
    const { clock, openStream, answerBytes, deadline } = this.#init
    return new SwitchLink({
      stream: await openStream(peer, signal),
      peer,
      signal,
      clock,
      answerBytes,
      deadline
    })
  }
}

/** One stream, one request after the other. */
class SwitchLink {
  readonly #peer: string
  readonly #frames: FrameStream
  readonly #signal: AbortSignal
  #id = 0
  #waiting: { resolve(answer: States): void; reject(error: Error): void } | undefined

  constructor(init: {
    readonly stream: Stream
    readonly peer: string
    readonly signal: AbortSignal
    readonly clock: Clock
    readonly answerBytes: number
    readonly deadline: number
  }) {
    const { stream, clock, peer, answerBytes, deadline, signal } = init
    this.#peer = peer
    this.#signal = signal
    this.#frames = new FrameStream({
      stream,
      clock,
      maxBytes: answerBytes,
      writeDeadline: deadline,
      onFrame: (frame) => this.#onAnswer(decodeSwitchAnswer(frame, answerBytes)),
      onRemoteEnd: () => this.#frames.abort(broken(peer)),
      // Errors of libp2p say that the stream was reset, or its connection lost.
      onClose: (error) => this.#waiting?.reject(isNodeError(error) ? error : broken(peer))
    })
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  ask(request: Request): Promise<States> {
    const { promise, resolve, reject } = Promise.withResolvers<States>()
    this.#id += 1
    this.#waiting = { resolve, reject }
    try {
      this.#signal.throwIfAborted()
      this.#frames.write(encodeSwitchRequest({ ...request, id: this.#id }))
    } catch (error) {
      reject(error)
    }
    return promise
  }

  end(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#waiting = undefined
    if (!this.#frames.closed) this.#frames.close()
  }

  readonly #onAbort = (): void => this.#frames.abort(this.#signal.reason)

  #onAnswer(answer: SwitchAnswer): void {
    if (answer.id !== this.#id) throw new NodeError('misbehaving', `${this.#peer} answers what was not asked`)
    const waiting = this.#waiting
    this.#waiting = undefined
    if (answer.error === undefined) waiting?.resolve(answer)
    else waiting?.reject(remoteError(this.#peer, answer.error))
  }
}

/** What the other node says of a command, or says instead. */
function isAnswer(error: unknown): boolean {
  return isNodeError(error) && answers.has(error.code)
}

/** The answer is lost, or nothing came there: nobody can tell which. */
function unanswered(peer: string, name: string, cause: unknown): NodeError {
  return new NodeError('unanswered', `${peer} does not answer: ${name} may have been switched, or not`, {
    remedy: 'retry',
    hint: { command: `kith switch ${peer}/${name}`, program: 'ask for its state' },
    cause
  })
}

function broken(peer: string): NodeError {
  return new NodeError('link-broken', `${peer} closed the stream of its switches`, { remedy: 'retry' })
}

function remoteError(peer: string, { code, text }: { code: SwitchErrorCode; text: string }): NodeError {
  const hint = hints[code]
  return new NodeError(code, `${peer} answers ${code}: ${text}`, {
    remedy: code === 'busy' || code === 'locked' || code === 'late' || code === 'fault' ? 'retry' : 'fix',
    ...defined({ hint })
  })
}

const hints: Partial<Record<SwitchErrorCode, string>> = {
  late: 'the way there is slow, or that node was restarted meanwhile: command it again',
  'no-such': 'see what it has with `kith switch WHO/`',
  'unknown-op': 'it runs an older version'
}
