import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { byteStream } from '@libp2p/utils'
import type { Clock } from '../../src/clock.ts'
import { NodeError } from '../../src/error.ts'
import type { Startable } from '../../src/startable.ts'
import { ANSWER_BYTES, MAX_STREAMS, UPTIME_PROTOCOL } from './constants.ts'

export interface UptimeInit {
  /** Whether a peer is answered. */
  readonly answers: (peer: string) => boolean
}

export interface UptimeComponents {
  readonly network: Pick<Libp2p, 'handle' | 'unhandle'>
  readonly clock: Clock
}

/** Answers every stream with the seconds since its start, and closes it. */
export class Uptime implements Startable {
  readonly name = 'uptime'
  readonly #components: UptimeComponents
  readonly #init: UptimeInit
  #startedAt = 0

  constructor(components: UptimeComponents, init: UptimeInit) {
    this.#components = components
    this.#init = init
  }

  async start(): Promise<void> {
    const { network, clock } = this.#components
    this.#startedAt = clock.monotonic()
    await network.handle(UPTIME_PROTOCOL, this.#handle, { maxInboundStreams: MAX_STREAMS })
  }

  async stop(): Promise<void> {
    await this.#components.network.unhandle(UPTIME_PROTOCOL)
  }

  /** @returns seconds. @throws NodeError 'uptime-broken'; what opening a stream throws; the signal's reason */
  async ask(connection: Connection, signal: AbortSignal): Promise<number> {
    const stream = await connection.newStream(UPTIME_PROTOCOL, { signal })
    try {
      const answer = await byteStream(stream).read({ bytes: ANSWER_BYTES, signal })
      return Buffer.from(answer.subarray()).readUInt32BE()
    } catch (cause) {
      signal.throwIfAborted()
      throw new NodeError('uptime-broken', 'the answer ended early', { remedy: 'retry', cause })
    } finally {
      stream.close({ signal }).catch((error: Error) => stream.abort(error))
    }
  }

  /** Never throws: libp2p handles no error of a stream handler (docs/network.md trap 9). */
  readonly #handle = (stream: Stream, connection: Connection): void => {
    if (!this.#init.answers(connection.remotePeer.toString())) {
      stream.abort(new Error('not answered'))
      return
    }
    const answer = Buffer.alloc(ANSWER_BYTES)
    answer.writeUInt32BE(Math.floor((this.#components.clock.monotonic() - this.#startedAt) / 1000))
    stream.send(answer)
    stream.close().catch((error: Error) => stream.abort(error))
  }
}
