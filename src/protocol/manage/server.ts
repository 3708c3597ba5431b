import type { Connection, Stream } from '@libp2p/interface'
import { withDeadline } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Caller } from '../../peer/admission.ts'
import { abortAfter } from '../abort-after.ts'
import { badFrame, prefixed } from '../frame-splitter.ts'
import { FrameStream } from '../frame-stream.ts'
import { TokenBuckets } from '../token-bucket.ts'
import { decodeRequest, encodeAnswer, type ManageRequest } from './codec.ts'
import type { ManageComponents } from './components.ts'
import { MAX_PART_BYTES, MAX_REQUEST_BYTES, MAX_STREAMS } from './constants.ts'
import type { ManageLimits } from './limits.ts'
import { errorAnswerOf, ManageError } from './manage-error.ts'

/** Milliseconds in which a refusal is to be taken. */
const REFUSAL_MS = 5_000
/** What a caller without the right reads. */
const DENIED = 'needs configure on this node; its owner grants it: kith book add NAME --may configure'

/** Answers one request a stream. */
export class ManageServer {
  readonly #components: ManageComponents
  readonly #limits: ManageLimits
  readonly #stopping: AbortSignal
  readonly #rates: TokenBuckets
  readonly #counters = new Map<string, number>()
  /** Requests that are answered, by caller: as many callers as `streams` allows. */
  readonly #open = new Map<string, number>()

  constructor(components: ManageComponents, limits: ManageLimits, stopping: AbortSignal) {
    this.#components = components
    this.#limits = limits
    this.#stopping = stopping
    const { rate, burst, callers } = limits
    this.#rates = new TokenBuckets(components.clock, { rate, burst, names: callers })
  }

  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters)
  }

  /** Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  onStream(stream: Stream, connection: Connection): void {
    this.#answer(stream, this.#components.callerOf(connection)).catch((error: unknown) => {
      this.#components.log.debug(`a request to manage: ${describeError(error)}`)
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    })
  }

  async #answer(stream: Stream, caller: Caller): Promise<void> {
    if (!this.#rates.take(caller.peer)) {
      this.#count('refused')
      throw new NodeError('busy', 'too many requests')
    }
    // Before anything of it is read.
    if (!this.#components.allows(caller)) return this.#refuse(stream, 'denied', DENIED)
    const own = this.#open.get(caller.peer) ?? 0
    const all = [...this.#open.values()].reduce((sum, count) => sum + count, 0)
    if (all >= this.#limits.streams || own >= MAX_STREAMS)
      return this.#refuse(stream, 'busy', 'too many are served')
    this.#open.set(caller.peer, own + 1)
    try {
      await this.#serve(stream, caller)
    } finally {
      const left = (this.#open.get(caller.peer) ?? 1) - 1
      if (left === 0) this.#open.delete(caller.peer)
      else this.#open.set(caller.peer, left)
    }
  }

  #refuse(stream: Stream, code: 'denied' | 'busy', text: string): void {
    const { clock } = this.#components
    this.#count(code)
    stream.send(prefixed(encodeAnswer({ error: [code, text] })))
    abortAfter(stream, clock, REFUSAL_MS, new NodeError(code, text))
    stream.close().catch((error: Error) => stream.abort(error))
  }

  async #serve(stream: Stream, caller: Caller): Promise<void> {
    const ended = new AbortController()
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    promise.catch(() => {})
    let isReceived = false
    const frames = new FrameStream({
      stream,
      clock: this.#components.clock,
      maxBytes: MAX_REQUEST_BYTES,
      writeDeadline: this.#limits.deadline,
      onFrame(frame) {
        if (isReceived) throw badFrame('it is one too many')
        isReceived = true
        resolve(frame.slice())
      },
      onRemoteEnd: () => reject(new NodeError('link-broken', 'the stream ended without a request')),
      onClose(error) {
        const reason = error ?? new NodeError('link-broken', 'the stream ended')
        reject(reason)
        ended.abort(reason)
      }
    })
    await this.#exchange(frames, promise, caller, AbortSignal.any([ended.signal, this.#stopping]))
  }

  async #exchange(
    frames: FrameStream,
    received: Promise<Uint8Array>,
    caller: Caller,
    signal: AbortSignal
  ): Promise<void> {
    const { clock } = this.#components
    const { deadline } = this.#limits
    try {
      const request = decodeRequest(await withDeadline(clock, deadline, 'a request', () => received, signal))
      this.#count('answered')
      const work = (inner: AbortSignal): Promise<void> => this.#write(frames, request, caller, inner)
      if (request.op === 'logs' && request.follow === true) await this.#whileAllowed(caller, signal, work)
      else await withDeadline(clock, deadline, `an answer to ${request.op}`, work, signal)
      await frames.write(encodeAnswer({ end: true }))
    } catch (error) {
      if (frames.closed) return
      // Bytes that are no request have no answer.
      if (error instanceof NodeError && error.code === 'bad-frame') throw error
      this.#components.log.debug(`a request to manage: ${describeError(error)}`)
      await frames.write(encodeAnswer({ error: errorAnswerOf(error) }))
    }
    frames.close()
  }

  /** What goes on without an end ends when the right goes. */
  async #whileAllowed(
    caller: Caller,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>
  ): Promise<void> {
    const { onRights, stillAllows } = this.#components
    const gone = new AbortController()
    const forget = onRights(() => {
      if (!stillAllows(caller)) gone.abort(new ManageError('denied', DENIED))
    })
    try {
      await work(AbortSignal.any([signal, gone.signal]))
    } finally {
      forget()
    }
  }

  async #write(
    frames: FrameStream,
    request: ManageRequest,
    caller: Caller,
    signal: AbortSignal
  ): Promise<void> {
    for await (const line of this.#components.answer(request, caller, signal)) {
      const bytes = Buffer.from(`${line}\n`)
      for (let at = 0; at < bytes.length; at += MAX_PART_BYTES) {
        signal.throwIfAborted()
        await frames.write(encodeAnswer({ json: bytes.subarray(at, at + MAX_PART_BYTES) }))
      }
    }
  }

  #count(what: string): void {
    this.#counters.set(what, (this.#counters.get(what) ?? 0) + 1)
  }
}
