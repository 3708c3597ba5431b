import type { Logger } from '@libp2p/interface'
import { AbstractStream } from '@libp2p/utils'

/** Bytes that are taken from a writer while nobody reads: as the window of a muxer. */
const WINDOW = 65_536

/** One end of a pair of libp2p streams in memory; what is sent arrives in a later turn of the event loop. */
export class PairedStream extends AbstractStream {
  remote: PairedStream | undefined
  #stalled = false
  readonly #held: Uint8Array[] = []
  /** Bytes sent that the other end has not read. */
  #unread = 0

  constructor(protocol: string, direction: 'inbound' | 'outbound') {
    super({ id: '1', protocol, direction, log: silence(), maxReadBufferLength: 4 * WINDOW })
  }

  /** What the other end sends stays on the way until it is released. */
  stall(): void {
    this.#stalled = true
  }

  release(): void {
    this.#stalled = false
    for (const bytes of this.#held.splice(0)) this.arrive(bytes)
  }

  get heldBytes(): number {
    return this.#held.reduce((sum, bytes) => sum + bytes.length, 0)
  }

  sendData(data: Parameters<AbstractStream['sendData']>[0]): ReturnType<AbstractStream['sendData']> {
    const bytes = data.slice()
    const { remote } = this
    this.#unread += bytes.length
    setImmediate(() => remote?.arrive(bytes))
    return { sentBytes: bytes.length, canSendMore: this.#unread < WINDOW }
  }

  arrive(bytes: Uint8Array): void {
    if (this.status !== 'open') return
    if (this.#stalled) {
      this.#held.push(bytes)
      return
    }
    this.onData(bytes)
    this.remote?.wasRead(bytes.length)
  }

  wasRead(count: number): void {
    this.#unread -= count
    if (this.writableNeedsDrain && this.#unread < WINDOW) this.onMuxerDrain()
  }

  sendReset(): void {
    setImmediate(() => {
      if (this.remote?.status === 'open') this.remote.onRemoteReset()
    })
  }

  async sendCloseWrite(): Promise<void> {
    setImmediate(() => this.remote?.onRemoteCloseWrite())
  }

  async sendCloseRead(): Promise<void> {}
  sendPause(): void {}
  sendResume(): void {}
}

/** Two ends that behave as streams of libp2p do. */
export function streamPair(protocol: string): [opener: PairedStream, acceptor: PairedStream] {
  const opener = new PairedStream(protocol, 'outbound')
  const acceptor = new PairedStream(protocol, 'inbound')
  opener.remote = acceptor
  acceptor.remote = opener
  return [opener, acceptor]
}

function silence(): Logger {
  const log = (): void => {}
  return Object.assign(log, { error: log, trace: log, enabled: false, newScope: silence })
}
