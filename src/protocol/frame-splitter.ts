import { NodeError } from '../error.ts'

const CONTINUES = 0x80
const PAYLOAD_BITS = 7
const NOTHING = new Uint8Array(0)

/**
 * Cuts what arrives into frames: an unsigned varint length in its minimal form, then that many bytes.
 * Holds at most one unfinished frame, and of it only what has arrived.
 */
export class FrameSplitter {
  readonly #maxBytes: number
  #length = 0
  /** Bits of the length read so far; undefined while the frame's body is awaited. */
  #shift: number | undefined = 0
  /** The unfinished frame's bytes so far, copied: a view would pin the whole packet it came in. */
  #held = NOTHING
  #filled = 0

  /** @param maxBytes of a frame without its length */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whether the bytes so far end between two frames. */
  get atBoundary(): boolean {
    return this.#shift === 0
  }

  /**
   * Hands on each frame that these bytes complete, as a view of them where it lies in one piece.
   * @throws NodeError 'bad-frame' for an empty or oversized frame and for a length that is not minimal
   */
  push(bytes: Uint8Array, onFrame: (frame: Uint8Array) => void): void {
    let at = 0
    while (at < bytes.length) {
      at = this.#shift === undefined ? this.#body(bytes, at, onFrame) : this.#lengthByte(bytes[at] ?? 0, at)
    }
  }

  #lengthByte(byte: number, at: number): number {
    const shift = this.#shift ?? 0
    this.#length += (byte & (CONTINUES - 1)) * 2 ** shift
    if (this.#length > this.#maxBytes) throw badFrame(`it is longer than ${this.#maxBytes} bytes`)
    if (byte >= CONTINUES) {
      if (2 ** (shift + PAYLOAD_BITS) > this.#maxBytes) throw badFrame('its length is too long')
      this.#shift = shift + PAYLOAD_BITS
    } else {
      if (byte === 0) throw badFrame(shift === 0 ? 'it is empty' : 'its length is not minimal')
      this.#shift = undefined
    }
    return at + 1
  }

  #body(bytes: Uint8Array, at: number, onFrame: (frame: Uint8Array) => void): number {
    const part = bytes.subarray(at, at + this.#length - this.#filled)
    const whole = part.length === this.#length
    if (!whole) this.#hold(part)
    if (whole || this.#filled === this.#length) {
      const frame = whole ? part : this.#held.subarray(0, this.#length)
      this.#restart()
      onFrame(frame)
    }
    return at + part.length
  }

  /** Grows with what has arrived, never by what the length declares. */
  #hold(part: Uint8Array): void {
    const filled = this.#filled + part.length
    if (filled > this.#held.length) {
      const larger = new Uint8Array(Math.min(this.#length, filled * 2))
      larger.set(this.#held.subarray(0, this.#filled))
      this.#held = larger
    }
    this.#held.set(part, this.#filled)
    this.#filled = filled
  }

  #restart(): void {
    this.#length = 0
    this.#shift = 0
    this.#held = NOTHING
    this.#filled = 0
  }
}

export function badFrame(what: string): NodeError {
  return new NodeError('bad-frame', `a frame that does not parse: ${what}`)
}

/** A frame with its length before it, in memory of Node's pool that other buffers share: to be sent, not to be kept. */
export function prefixed(frame: Uint8Array): Uint8Array {
  let head = 1
  for (let rest = frame.length; rest >= CONTINUES; rest = Math.floor(rest / CONTINUES)) head++
  const bytes = Buffer.allocUnsafe(head + frame.length)
  let rest = frame.length
  for (let at = 0; at < head; at++) {
    bytes[at] = at < head - 1 ? (rest % CONTINUES) + CONTINUES : rest
    rest = Math.floor(rest / CONTINUES)
  }
  bytes.set(frame, head)
  return bytes
}
