import type { StreamMuxer } from '@libp2p/interface'
import { NodeError } from '../../../error.ts'
import { Negotiation } from './negotiation.ts'
import { STREAM_WINDOW } from './yamux-frames.ts'

/** Bytes on streams of one connection whose protocol is not negotiated yet. */
const MAX_BYTES = 4 * STREAM_WINDOW
/** Closed streams are looked for once this many are counted. */
const SWEEP_AT = 64

interface Waiting {
  readonly negotiation: Negotiation
  bytes: number
}

/** The streams of one connection that the peer opened and whose protocol is not negotiated yet. */
export class Unnegotiated {
  readonly #muxer: StreamMuxer
  readonly #speaks: (protocol: string) => boolean
  readonly #waiting = new Map<number, Waiting>()
  /** Opened by frames that the muxer has not been given yet. */
  readonly #fresh = new Set<number>()
  #total = 0
  #sweepAt = SWEEP_AT

  constructor(muxer: StreamMuxer, speaks: (protocol: string) => boolean) {
    this.#muxer = muxer
    this.#speaks = speaks
  }

  opened(id: number): void {
    if (this.#waiting.has(id)) return
    this.#fresh.add(id)
    this.#waiting.set(id, { negotiation: new Negotiation(this.#speaks), bytes: 0 })
    if (this.#waiting.size > this.#sweepAt) this.#sweep()
  }

  /** The muxer has been given all frames so far. */
  delivered(): void {
    if (this.#fresh.size > 0) this.#fresh.clear()
  }

  /**
   * Data arrived for a stream, bytes[from, to).
   * @returns lines of negotiation in it that must be answered
   * @throws NodeError 'bad-frame' when too much waits on such streams together
   */
  received(id: number, bytes: Uint8Array, from: number, to: number): number {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return 0
    const lines = waiting.negotiation.push(bytes, from, to)
    waiting.bytes += to - from
    this.#total += to - from
    if (waiting.negotiation.over) this.#forget(id)
    else if (this.#total > MAX_BYTES) this.#checkTotal()
    return lines
  }

  #checkTotal(): void {
    this.#sweep()
    if (this.#total <= MAX_BYTES) return
    throw new NodeError('bad-frame', `more than ${MAX_BYTES} bytes on streams without a protocol`)
  }

  /** Removes streams that are closed. */
  #sweep(): void {
    const open = new Set(this.#muxer.streams.map(({ id }) => id))
    for (const id of this.#waiting.keys()) if (!this.#fresh.has(id) && !open.has(`${id}`)) this.#forget(id)
    this.#sweepAt = SWEEP_AT + 2 * this.#waiting.size
  }

  #forget(id: number): void {
    this.#total -= this.#waiting.get(id)?.bytes ?? 0
    this.#waiting.delete(id)
  }
}
