import { encodeData } from '../control/frame.ts'
import type { ControlStream } from '../control/stream.ts'
import type { Counters } from '../counters.ts'
import type { DatagramLimits } from '../limits.ts'
import { DatagramRing } from './ring.ts'

/** Bytes of a limited relay that are left for other streams; half of them where there were fewer than twice as many. */
const RESERVE = 8_192

interface Waiting {
  /** Its id. */
  readonly flow: number
  readonly frame: Buffer
  /** Bytes at the end of the frame. */
  readonly payload: number
  readonly at: number
}

/** What the stream did not take, for another one. */
export interface Untaken {
  readonly flow: number
  readonly bytes: Uint8Array
  readonly at: number
}

/**
 * Datagrams as DATA frames, where UDP does not reach. What the stream does not take at once waits in a
 * bounded queue, the oldest dropped first. On a limited relay some bytes are left for other streams.
 */
export class StreamCarrier {
  readonly #stream: ControlStream
  readonly #counters: Counters
  readonly #reserve: number
  readonly #ring: DatagramRing<Waiting>

  constructor(stream: ControlStream, limits: DatagramLimits, counters: Counters) {
    this.#stream = stream
    this.#ring = new DatagramRing(limits, counters)
    this.#counters = counters
    this.#reserve = Math.min(RESERVE, (stream.facts.remaining() ?? 0) / 2)
  }

  /** @returns whether it was sent or waits; false when a limited relay may not be used any further */
  send(flow: number, payload: Uint8Array, now: number): boolean {
    const remaining = this.#stream.facts.remaining()
    let waiting = 0
    for (const { frame } of this.#ring.values()) waiting += frame.length
    if (remaining !== undefined && remaining - waiting - payload.length <= this.#reserve) {
      this.#counters.drop('relay-limit')
      return false
    }
    this.#ring.push({ flow, frame: encodeData(flow, payload), payload: payload.length, at: now })
    this.flush(now)
    return true
  }

  /** Gives back what waits. */
  drain(): Untaken[] {
    return this.#ring
      .drain()
      .map(({ flow, frame, payload, at }) => ({ flow, bytes: frame.subarray(frame.length - payload), at }))
  }

  /** Sends what waits, while the stream takes it. */
  flush(now: number): void {
    while (this.#ring.size > 0 && this.#stream.writable) {
      const waiting = this.#ring.shift()
      if (waiting === undefined || !this.#ring.isFresh(waiting, now)) continue
      this.#counters.traffic.sentStream++
      this.#stream.send(waiting.frame)
    }
  }
}
