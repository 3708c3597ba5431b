import type { Connection, MessageStream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { type AbstractStream, AbstractStreamMuxer } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'

/** Takes part in no protocol: whoever holds it writes the multiplexer's bytes itself. */
class RawMuxer extends AbstractStreamMuxer {
  onCreateStream(): AbstractStream {
    throw new Error('a raw peer opens no streams')
  }

  onData(): void {}
}

/** A peer that shakes hands as libp2p does, and from there on sends what no honest peer does. */
export class RawPeer {
  readonly libp2p: Libp2p
  readonly connection: Connection
  readonly #stream: MessageStream

  private constructor(libp2p: Libp2p, connection: Connection, stream: MessageStream) {
    this.libp2p = libp2p
    this.connection = connection
    this.#stream = stream
  }

  static async dial(addresses: readonly Multiaddr[]): Promise<RawPeer> {
    const made = Promise.withResolvers<MessageStream>()
    const muxer = {
      protocol: '/yamux/1.0.0',
      createStreamMuxer(stream: MessageStream) {
        made.resolve(stream)
        return new RawMuxer(stream, { protocol: '/yamux/1.0.0', name: 'raw' })
      }
    }
    const libp2p = await createLibp2p({
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [() => muxer],
      connectionMonitor: { enabled: false }
    })
    const connection = await libp2p.dial([...addresses])
    return new RawPeer(libp2p, connection, await made.promise)
  }

  /** Whether the other side has hung up. */
  get closed(): boolean {
    return this.#stream.status !== 'open'
  }

  /** Encrypts and sends; resolves when the connection takes more. Does nothing once it is closed. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.closed || this.#stream.send(bytes) || this.closed) return
    await new Promise<void>((resolve) => {
      this.#stream.addEventListener('drain', () => resolve(), { once: true })
      this.#stream.addEventListener('close', () => resolve(), { once: true })
    })
  }

  /** Stops reading from the connection, so that the other side's answers back up. */
  stopReading(): void {
    this.#stream.pause()
  }

  async stop(): Promise<void> {
    this.connection.abort(new Error('over'))
    await this.libp2p.stop()
  }
}

/** A frame's head. */
export function yamuxHead(type: number, flags: number, stream: number, length: number, version = 0): Buffer {
  const head = Buffer.alloc(12)
  head[0] = version
  head[1] = type
  head.writeUInt16BE(flags, 2)
  head.writeUInt32BE(stream, 4)
  head.writeUInt32BE(length, 8)
  return head
}
