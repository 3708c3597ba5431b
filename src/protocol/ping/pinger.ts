import { type Clock, withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { Datagrams } from '../datagram/datagrams.ts'
import type { Carrier, DatagramFlow } from '../datagram/flow.ts'
import { PING_PROTOCOL, TOKEN_BYTES } from './constants.ts'

export interface RoundTripTime {
  /** Milliseconds. */
  readonly rtt: number
  /** What carried the ping. */
  readonly carrier: Carrier
}

/** Measures round trips to one peer by datagram. No ping is repeated, so that losses show. */
export class Pinger {
  readonly #flow: DatagramFlow
  readonly #clock: Clock
  readonly #waiting: Map<number, () => void>
  #next = 0

  private constructor(flow: DatagramFlow, clock: Clock, waiting: Map<number, () => void>) {
    this.#flow = flow
    this.#clock = clock
    this.#waiting = waiting
  }

  /** @throws what Datagrams.open does */
  static async open(
    datagrams: Pick<Datagrams, 'open'>,
    peer: string,
    clock: Clock,
    signal: AbortSignal
  ): Promise<Pinger> {
    const waiting = new Map<number, () => void>()
    const receive = (bytes: Uint8Array): void => {
      if (bytes.length === TOKEN_BYTES) waiting.get(Buffer.from(bytes).readUInt32BE())?.()
    }
    const flow = await datagrams.open(peer, [PING_PROTOCOL], { receive, signal })
    return new Pinger(flow, clock, waiting)
  }

  /** @throws NodeError 'deadline', 'not-sent'; the signal's reason */
  async ping(deadline: number, signal: AbortSignal): Promise<RoundTripTime> {
    const token = this.#next++
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.set(token, resolve)
    const { carrier } = this.#flow
    const began = this.#clock.monotonic()
    try {
      const bytes = Buffer.alloc(TOKEN_BYTES)
      bytes.writeUInt32BE(token)
      if (!this.#flow.send(bytes)) throw notSent(this.#flow)
      await withDeadline(this.#clock, deadline, 'ping', () => promise, signal)
      return { rtt: this.#clock.monotonic() - began, carrier }
    } catch (error) {
      this.#flow.suspect()
      throw error
    } finally {
      this.#waiting.delete(token)
    }
  }

  get ended(): boolean {
    return this.#flow.ended !== undefined
  }

  close(): void {
    this.#flow.close()
  }
}

function notSent(flow: DatagramFlow): NodeError {
  const why = flow.ended === undefined ? 'its rate limit is reached' : `the flow was ${flow.ended}`
  return new NodeError('not-sent', `no datagram was sent to ${flow.peer}: ${why}`, { remedy: 'retry' })
}
