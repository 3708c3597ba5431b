import { Duplex } from 'node:stream'
import { NodeError } from '../../error.ts'

/**
 * Bytes both ways over a socket, in frames: a length of 4 bytes (unsigned, big-endian), then so many bytes; the
 * length 0 ends a direction. A Unix socket shows no difference between an end and a reset: here a direction that ends
 * without a frame of length 0 was cut off.
 */
const HEAD_BYTES = 4
/** Bytes of a frame that is received; larger ones end the socket. */
const MAX_FRAME = 1_048_576

/** The bytes of frames on a socket. Destroying it before both sides have ended cuts the other side off. */
export class FramedDuplex extends Duplex {
  readonly #socket: Duplex
  readonly #head = Buffer.alloc(HEAD_BYTES)
  #headFilled = 0
  /** Bytes of the frame that are still to come. */
  #left = 0
  /** Whether the frame that ends a direction came, and was sent. */
  #ended = false
  #sentEnd = false

  /** @param rest bytes of the socket that were read already */
  constructor(socket: Duplex, rest: Buffer = Buffer.alloc(0)) {
    super()
    // A failure that comes before anybody listens must not end the process; finished() still rejects.
    this.on('error', () => {})
    this.#socket = socket
    if (rest.length > 0) socket.unshift(rest)
    socket.on('data', (bytes: Buffer) => this.#take(bytes))
    socket.once('end', () => this.#over())
    socket.once('close', () => this.#over())
    socket.on('error', (error) => this.destroy(cutOff(error)))
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const parts = Math.ceil(chunk.length / MAX_FRAME)
    // A frame without bytes would end the direction.
    if (parts === 0) done()
    for (let i = 0; i < parts; i++) {
      const part = chunk.subarray(i * MAX_FRAME, (i + 1) * MAX_FRAME)
      this.#socket.write(lengthOf(part.length))
      if (i < parts - 1) this.#socket.write(part)
      else this.#socket.write(part, (error) => done(error ? cutOff(error) : undefined))
    }
  }

  override _final(done: (error?: Error) => void): void {
    this.#sentEnd = true
    this.#socket.write(lengthOf(0), (error) => done(error ? cutOff(error) : undefined))
  }

  /** Once both sides have ended the socket ends; else it is cut off. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error === null && this.#ended && this.#sentEnd) this.#socket.end()
    else this.#socket.destroy()
    done(error)
  }

  #take(bytes: Buffer): void {
    let wantsMore = true
    for (let at = 0; at < bytes.length && !this.#ended; ) {
      if (this.#left === 0) {
        const taken = bytes.copy(this.#head, this.#headFilled, at, at + HEAD_BYTES - this.#headFilled)
        at += taken
        this.#headFilled += taken
        if (this.#headFilled === HEAD_BYTES) this.#begin()
      } else {
        const part = bytes.subarray(at, at + this.#left)
        at += part.length
        this.#left -= part.length
        wantsMore = this.push(part)
      }
    }
    if (!wantsMore) this.#socket.pause()
  }

  #begin(): void {
    this.#headFilled = 0
    this.#left = this.#head.readUInt32BE()
    if (this.#left > MAX_FRAME) this.destroy(new NodeError('too-big', `a frame of ${this.#left} bytes`))
    if (this.#left !== 0) return
    this.#ended = true
    this.push(null)
  }

  #over(): void {
    if (!this.#ended || !this.#sentEnd) this.destroy(cutOff())
  }
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(HEAD_BYTES)
  length.writeUInt32BE(bytes)
  return length
}

function cutOff(cause?: unknown): NodeError {
  return new NodeError('link-broken', 'the stream was cut off', { remedy: 'retry', cause })
}
