import type { AbortOptions, Stream } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { hold, release } from './first-frame.ts'

/** What an implementation of AbstractMultiaddrConnection is given to send. */
type Sent = Parameters<AbstractMultiaddrConnection['sendData']>[0]
type SendResult = ReturnType<AbstractMultiaddrConnection['sendData']>

/**
 * The address of the other end, with exactly one p2p-circuit: libp2p takes one with two for direct. Noise expects the
 * PeerId that comes last, on either side.
 * @param adjacent the hop next to us
 */
export function circuitAddress(adjacent: string, peer: string): Multiaddr {
  return multiaddr(`/p2p/${adjacent}/p2p-circuit/p2p/${peer}`)
}

/** A stream as libp2p's upgrader takes it in place of a socket. It is released when this is made. */
export class StreamConnection extends AbstractMultiaddrConnection {
  readonly #stream: Stream
  #bytes = 0

  constructor(stream: Stream, remoteAddr: Multiaddr) {
    super({ remoteAddr, direction: stream.direction, log: stream.log.newScope('via') })
    this.#stream = stream
    stream.addEventListener('close', ({ error }) => this.onTransportClosed(error))
    stream.addEventListener('remoteCloseWrite', () => {
      this.onRemoteCloseWrite()
      this.close().catch((error: Error) => this.abort(error))
    })
    stream.addEventListener('message', ({ data }) => {
      this.#bytes += data.byteLength
      this.onData(data)
    })
    stream.addEventListener('drain', () => this.safeDispatchEvent('drain'))
    release(stream)
  }

  /** Bytes that went over it, both ways. */
  get bytes(): number {
    return this.#bytes
  }

  override sendData(data: Sent): SendResult {
    this.#bytes += data.byteLength
    return { sentBytes: data.byteLength, canSendMore: this.#stream.send(data) }
  }

  override async sendClose(options?: AbortOptions): Promise<void> {
    await this.#stream.close(options)
  }

  override sendReset(error: Error): void {
    this.#stream.abort(error)
  }

  override sendPause(): void {
    hold(this.#stream)
  }

  override sendResume(): void {
    release(this.#stream)
  }
}
