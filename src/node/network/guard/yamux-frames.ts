/**
 * Frames of yamux (the yamux specification, github.com/hashicorp/yamux), as a peer sends them. Numbers are big-endian.
 *
 *     offset  bytes  field
 *          0      1  version  0
 *          1      1  type     0 data, 1 window update, 2 ping, 3 go away
 *          2      2  flags    1 SYN, 2 ACK, 4 FIN, 8 RST
 *          4      4  stream   0 is the session; the opener of the connection has the odd ones
 *          8      4  length   of data: bytes that follow; else a number
 */
import { NodeError } from '../../../error.ts'

const HEAD_BYTES = 12
const VERSION = 0
const SYN = 1
const ACK = 2
/** Codes of a go away: normal, protocol error, internal error. */
const GO_AWAY_CODES = 3

/** The receive window of a stream, which is fixed (streamOptions in create-network.ts); no frame may be longer. */
export const STREAM_WINDOW = 256 * 1024 // the yamux specification, Flow Control: the initial window

export interface YamuxFramesInit {
  /** The peer opened the connection: its streams have odd ids, ours even ones. */
  readonly peerIsClient: boolean
  /** The id of the next stream that we open. */
  readonly nextOwnId: () => number
  /**
   * Takes whole frames, one or more; data is at least half of the memory that it keeps. An error that it throws is
   * thrown on.
   */
  readonly onFrames: (frames: Uint8Array) => void
  /**
   * All data of a frame arrived, bytes[from, to), for a stream that the peer opened. Called before onFrames, as the
   * following.
   */
  readonly onPeerData: (stream: number, bytes: Uint8Array, from: number, to: number) => void
  /** The peer opens a stream. */
  readonly onOpen: (stream: number) => void
  /** The peer wants a ping answered. */
  readonly onPing: () => void
  /** The peer sends nothing any more. */
  readonly onGoAway: () => void
}

/**
 * Checks each frame's head when it arrives, before anything of its body is kept, and hands on whole frames only.
 * An unfinished frame is copied: it takes at most four times what has arrived, in however small pieces that was. So is
 * one with data that is less than half of the memory it lies in, which whoever keeps the data would keep.
 */
export class YamuxFrames {
  readonly #init: YamuxFramesInit
  /** The highest id of a stream that the peer has opened. */
  #lastOfPeer = 0
  #held = Buffer.alloc(0)
  #filled = 0
  /** Bytes of the held frame; its head's until that is complete. */
  #need = HEAD_BYTES

  constructor(init: YamuxFramesInit) {
    this.#init = init
  }

  /** @throws NodeError 'bad-frame' for a head that no peer may send; whatever onFrames throws */
  push(bytes: Uint8Array): void {
    const whole: Uint8Array[] = []
    let from = this.#filled === 0 ? 0 : this.#finish(bytes)
    let at = from
    while (bytes.length - at >= HEAD_BYTES) {
      const end = at + this.#frameBytes(bytes, at)
      if (end > bytes.length) {
        this.#need = end - at
        break
      }
      this.#onWhole(bytes, at, end)
      if (isSmallPart(bytes, end - at)) {
        if (at > from) whole.push(bytes.subarray(from, at))
        whole.push(new Uint8Array(bytes.subarray(at, end)))
        from = end
      }
      at = end
    }
    if (at > from) whole.push(from === 0 && at === bytes.length ? bytes : bytes.subarray(from, at))
    for (const frames of whole) this.#init.onFrames(frames)
    if (at < bytes.length) this.#hold(bytes.subarray(at))
  }

  /** Completes the held frame. @returns how many bytes that took */
  #finish(bytes: Uint8Array): number {
    let taken = this.#hold(bytes.subarray(0, this.#need - this.#filled))
    if (this.#filled === HEAD_BYTES && this.#need === HEAD_BYTES) {
      this.#need = this.#frameBytes(this.#held, 0)
      taken += this.#hold(bytes.subarray(taken, taken + this.#need - this.#filled))
    }
    if (this.#filled < this.#need) return taken
    const frame = this.#held.subarray(0, this.#need)
    this.#held = Buffer.alloc(0)
    this.#filled = 0
    this.#need = HEAD_BYTES
    this.#onWhole(frame, 0, frame.length)
    this.#init.onFrames(frame)
    return taken
  }

  #hold(part: Uint8Array): number {
    const filled = this.#filled + part.length
    if (filled > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#need, 4 * filled))
      larger.set(this.#held.subarray(0, this.#filled))
      this.#held = larger
    }
    this.#held.set(part, this.#filled)
    this.#filled = filled
    return part.length
  }

  /** Checks a head. @returns bytes of the frame with it */
  #frameBytes(bytes: Uint8Array, at: number): number {
    const version = bytes[at] ?? 0
    const type = bytes[at + 1] ?? 0
    const flags = u16(bytes, at + 2)
    const stream = u32(bytes, at + 4)
    const length = u32(bytes, at + 8)
    if (version !== VERSION) throw badHead(`version ${version}`)
    if (type === 2) this.#checkPing(stream, flags)
    else if (type === 3) this.#checkGoAway(stream, length)
    else if (type > 3) throw badHead(`type ${type}`)
    else this.#checkStream(stream, flags)
    if (type !== 0) return HEAD_BYTES
    if (length > STREAM_WINDOW) throw badHead(`${length} bytes of data, a window has ${STREAM_WINDOW}`)
    return HEAD_BYTES + length
  }

  #onWhole(bytes: Uint8Array, at: number, end: number): void {
    if (end - at === HEAD_BYTES) return
    const stream = u32(bytes, at + 4)
    if (this.#isOfPeer(stream)) this.#init.onPeerData(stream, bytes, at + HEAD_BYTES, end)
  }

  #checkPing(stream: number, flags: number): void {
    if (stream !== 0) throw badHead(`a ping on stream ${stream}`)
    if (flags !== SYN && flags !== ACK) throw badHead(`a ping with flags ${flags}`)
    if (flags === SYN) this.#init.onPing()
  }

  /** Frames for streams that are closed may still be on their way; those that never were are a mistake. */
  #checkStream(stream: number, flags: number): void {
    if (stream === 0) throw badHead('data or a window for stream 0')
    const ofPeer = this.#isOfPeer(stream)
    if ((flags & SYN) !== 0) {
      if (!ofPeer) throw badHead(`stream ${stream} opened by the wrong side`)
      this.#lastOfPeer = Math.max(this.#lastOfPeer, stream)
      this.#init.onOpen(stream)
    }
    if (ofPeer ? stream > this.#lastOfPeer : stream >= this.#init.nextOwnId()) {
      throw badHead(`stream ${stream}, which was never opened`)
    }
  }

  #checkGoAway(stream: number, code: number): void {
    if (stream !== 0) throw badHead(`a go away on stream ${stream}`)
    if (code >= GO_AWAY_CODES) throw badHead(`a go away with code ${code}`)
    this.#init.onGoAway()
  }

  #isOfPeer(stream: number): boolean {
    return (stream % 2 === 1) === this.#init.peerIsClient
  }
}

/** Whether a frame has data that would keep more than twice as much memory. */
function isSmallPart(bytes: Uint8Array, frameBytes: number): boolean {
  return frameBytes > HEAD_BYTES && 2 * frameBytes < bytes.buffer.byteLength
}

function badHead(what: string): NodeError {
  return new NodeError('bad-frame', `a yamux frame that no peer may send: ${what}`)
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 2 ** 16 + u16(bytes, at + 2)
}
