import { TokenBucket } from '../token-bucket.ts'
import { type Opener, packetNumber } from './packet.ts'
import { ReplayWindow } from './replay-window.ts'

/** Forgeries one key bears before it must not be used any more (RFC 9001 section 6.6). */
const INTEGRITY_LIMIT = 2 ** 36

/** Whom a packet is for. */
export interface PacketOwner {
  /** The only address its packets may come from; undefined where UDP may not be used. */
  readonly host: string | undefined
  /** An authentic packet: flow and payload. */
  packet(plain: Buffer, key: ReceiveKey, fromPort: number, now: number): void
  /** Forgeries are dropped unread by now: a new connection id is due. */
  flooded(key: ReceiveKey): void
  /** The key may not be used any more. */
  worn(key: ReceiveKey): void
}

/** One connection id of ours with the key behind it, once that is agreed. */
export class ReceiveKey {
  readonly cid: Buffer
  readonly owner: PacketOwner
  readonly window = new ReplayWindow()
  /** Forged packets still to be opened at this moment. */
  readonly failures: TokenBucket
  #opener: Opener | undefined
  #forged = 0

  constructor(cid: Buffer, owner: PacketOwner, failedOpens: number) {
    this.cid = cid
    this.owner = owner
    this.failures = new TokenBucket({ perSecond: failedOpens, burst: failedOpens })
  }

  get usable(): boolean {
    return this.#opener !== undefined
  }

  agreed(opener: Opener): void {
    this.#opener = opener
  }

  /** Drops the key; packets for it are unknown from now on. */
  forget(): void {
    this.#opener = undefined
  }

  /**
   * Opens a packet and marks its number.
   * @returns undefined for a forgery, which moves nothing
   */
  open(packet: Buffer): Buffer | undefined {
    const plain = this.#opener?.open(packet)
    if (plain !== undefined) this.window.accept(packetNumber(packet))
    else if (++this.#forged >= INTEGRITY_LIMIT) this.owner.worn(this)
    return plain
  }
}
