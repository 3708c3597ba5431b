import type { Stream } from '@libp2p/interface'
import type { Clock } from '../../../clock.ts'
import { NodeError } from '../../../error.ts'
import { Notifier } from '../../../notifier.ts'
import { FrameStream } from '../../../protocol/frame-stream.ts'
import type { StreamLimits } from '../limits.ts'

/** Bytes of the heap that a waiting message takes besides its own, measured on Node 24. */
const MESSAGE_BYTES = 240

/** What one stream is held to; how many there may be is the node's matter. */
export type MessageLimits = Pick<StreamLimits, 'messageBytes' | 'bufferBytes' | 'write'>

/**
 * A stream of messages between two applications: each with its length before it, as an unsigned varint
 * in minimal form. Messages are iterated, or awaited one by one with next().
 */
export class NodeStream implements AsyncIterable<Uint8Array> {
  /** PeerId of the other side. */
  readonly peer: string
  /** The ProtocolName that was negotiated. */
  readonly protocol: string
  readonly #stream: Stream
  readonly #frames: FrameStream
  readonly #limits: MessageLimits
  readonly #used: () => void
  readonly #waiting: Uint8Array[] = []
  #bytes = 0
  #ended = false
  #error: Error | undefined
  /** A message arrived, or the stream ended. */
  readonly #changed = new Notifier()

  /**
   * @param used called with each message, either way
   * @internal
   */
  constructor(
    stream: Stream,
    peer: string,
    clock: Clock,
    limits: MessageLimits,
    used: () => void = () => {}
  ) {
    this.peer = peer
    this.protocol = stream.protocol
    this.#stream = stream
    this.#limits = limits
    this.#used = used
    this.#frames = new FrameStream({
      stream,
      clock,
      maxBytes: limits.messageBytes,
      writeDeadline: limits.write,
      onFrame: (frame) => this.#take(frame),
      onRemoteEnd: () => this.#end(undefined),
      onClose: (error) => this.#end(error ?? this.#cutOff())
    })
  }

  /**
   * Sends a message; resolves when the next may be sent.
   * @throws NodeError 'too-big', 'link-broken', 'slow-reader'
   */
  async send(message: Uint8Array | string): Promise<void> {
    const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message
    if (bytes.length > this.#limits.messageBytes) {
      throw new NodeError(
        'too-big',
        `a message of ${bytes.length} bytes; ${this.#limits.messageBytes} is the maximum`,
        {
          hint: 'send it in parts, or raise limits.streams.messageBytes on both sides'
        }
      )
    }
    this.#used()
    await this.#frames.write(bytes)
  }

  /** The next message; undefined where the other side has ended. @throws the error that ended the stream */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#waiting.length === 0 && !this.#ended) await this.#changed.wait()
    const message = this.#waiting.shift()
    if (message === undefined && this.#error !== undefined) throw this.#error
    if (message !== undefined) this.#bytes -= message.length + MESSAGE_BYTES
    return message
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (let message = await this.next(); message !== undefined; message = await this.next()) yield message
  }

  /**
   * Ends our side once all that was sent has left, within the write deadline; the other side may still send.
   * @throws NodeError 'link-broken'
   */
  async close(): Promise<void> {
    try {
      await this.#stream.close()
    } catch (cause) {
      // libp2p rejects with the event that ended the stream, which is no Error and has no message.
      const what = `${this.protocol} with ${this.peer} was cut off before all was sent`
      throw new NodeError('link-broken', what, { remedy: 'retry', cause })
    }
  }

  /** Ends both sides at once. */
  abort(error: Error): void {
    this.#frames.abort(error)
  }

  #take(frame: Uint8Array): void {
    this.#used()
    this.#bytes += frame.length + MESSAGE_BYTES
    if (this.#bytes > this.#limits.bufferBytes) {
      const what = `${this.#waiting.length + 1} messages wait for the application on ${this.protocol}`
      throw new NodeError('slow-reader', `${what}, ${this.#bytes} bytes of memory`)
    }
    this.#waiting.push(frame)
    this.#changed.notify()
  }

  /** A stream that was reset before a listener was added reports no error of its own. */
  #cutOff(): Error | undefined {
    if (this.#stream.status !== 'reset' && this.#stream.status !== 'aborted') return undefined
    return new NodeError('link-broken', `the other side cut the stream off`, { remedy: 'retry' })
  }

  #end(error: Error | undefined): void {
    this.#ended = true
    this.#error ??= error
    this.#changed.notify()
  }
}
