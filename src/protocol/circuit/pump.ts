import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import type { Cancel, Clock } from '../../clock.ts'
import type { ByteBudget } from './byte-budget.ts'
import { ByteQueue } from './byte-queue.ts'
import { grant } from './first-frame.ts'

/** Bytes that take a turn at a time, where many circuits share the budget of the node. */
const SLICE = 8192

export interface PumpInit {
  /** Held already (first-frame.ts). */
  readonly source: Stream
  readonly target: Stream
  /** Each must have the bytes before they go. */
  readonly budgets: readonly ByteBudget[]
  readonly clock: Clock
  readonly onBytes: (count: number) => void
  /** The source has ended and the target took everything. */
  readonly onEnd: () => void
  readonly onError: (error: Error) => void
}

/**
 * Moves the bytes of one direction of a circuit. The source is granted what was passed on: so never more than one window
 * of it (256 KiB) is held, however slow the target reads; the memory that it takes is ByteQueue's matter.
 */
export class Pump {
  readonly #init: PumpInit
  readonly #waiting = new ByteQueue()
  #sourceEnded = false
  /** The target takes no more until it drains. */
  #isBlocked = false
  #turn: Cancel | undefined
  #ended = false

  constructor(init: PumpInit) {
    this.#init = init
    const { source, target } = init
    source.addEventListener('message', this.#onMessage)
    source.addEventListener('remoteCloseWrite', this.#onSourceEnd)
    target.addEventListener('drain', this.#onDrain)
    // What was buffered before is handed on in a microtask, too: this one comes after it.
    queueMicrotask(() => {
      if (source.remoteWriteStatus === 'closed' && source.status !== 'reset') this.#onSourceEnd()
      else this.#run()
    })
  }

  /** Whether the source has said that it sends no more. */
  get sourceEnded(): boolean {
    return this.#sourceEnded
  }

  /** Bytes of the memory that waiting bytes take. */
  get held(): number {
    return this.#waiting.memory
  }

  stop(): void {
    const { source, target } = this.#init
    this.#ended = true
    this.#turn?.()
    this.#waiting.clear()
    source.removeEventListener('message', this.#onMessage)
    source.removeEventListener('remoteCloseWrite', this.#onSourceEnd)
    target.removeEventListener('drain', this.#onDrain)
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    for (const piece of data instanceof Uint8Array ? [data] : data) this.#waiting.push(piece)
    this.#run()
  }

  readonly #onSourceEnd = (): void => {
    this.#sourceEnded = true
    this.#run()
  }

  readonly #onDrain = (): void => {
    this.#isBlocked = false
    this.#run()
  }

  /** Sends the bytes that are due, and what may be sent now. Nothing may throw into libp2p (docs/network.md trap 9). */
  #run(due = 0): void {
    if (this.#ended) return
    try {
      if (due > 0) this.#send(due)
      while (this.#turn === undefined && !this.#isBlocked && this.#waiting.length > 0) this.#takeTurn()
      this.#steer()
    } catch (error) {
      this.#init.onError(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #takeTurn(): void {
    const { budgets, clock } = this.#init
    const length = Math.min(SLICE, this.#waiting.firstLength)
    const now = clock.monotonic()
    const wait = Math.max(0, ...budgets.map((budget) => budget.take(length, now)))
    if (wait === 0) {
      this.#send(length)
      return
    }
    this.#turn = clock.after(wait, () => {
      this.#turn = undefined
      this.#run(length)
    })
  }

  #send(length: number): void {
    const { target, onBytes } = this.#init
    if (!target.send(this.#waiting.take(length))) this.#isBlocked = true
    onBytes(length)
  }

  /** Lets the source send as much as was passed on, and ends the target after the source. */
  #steer(): void {
    const { source } = this.#init
    if (this.#waiting.length === 0 && this.#sourceEnded) this.#end()
    else grant(source, this.#waiting.length + source.readBufferLength)
  }

  #end(): void {
    const { target, onEnd, onError } = this.#init
    this.stop()
    target.close().then(onEnd, onError)
  }
}
