import { TokenBucket } from '../../../token-bucket.ts'
import { type PacketDecrypter, packetNumber } from './packet.ts'
import { ReplayWindow } from './replay-window.ts'

/** Forgeries after which a key must not be used any more (RFC 9001 section 6.6). */
const INTEGRITY_LIMIT = 2 ** 36

/** The session that a packet is for. */
export interface PacketOwner {
  /** The only address its packets may come from; undefined where UDP may not be used. */
  readonly host: string | undefined
  /** An authentic packet: flow and payload. */
  packet(plain: Buffer, key: ReceiveKey, fromPort: number, now: number): void
  /** Packets under the key are being discarded, because too many were forged: a new connection id is due. */
  flooded(key: ReceiveKey): void
  /** The key's integrity limit is reached: it may not be used any more. */
  keyExhausted(key: ReceiveKey): void
}

/** One connection id of ours with the key behind it, once that is agreed. */
export class ReceiveKey {
  readonly cid: Buffer
  readonly owner: PacketOwner
  readonly window = new ReplayWindow()
  /** Budget of forged packets that are decrypted. */
  readonly failures: TokenBucket
  #decrypter: PacketDecrypter | undefined
  #forged = 0

  constructor(cid: Buffer, owner: PacketOwner, failedOpens: number) {
    this.cid = cid
    this.owner = owner
    this.failures = new TokenBucket({ perSecond: failedOpens, burst: failedOpens })
  }

  get usable(): boolean {
    return this.#decrypter !== undefined
  }

  agreed(decrypter: PacketDecrypter): void {
    this.#decrypter = decrypter
  }

  /** Drops the key; packets for it are unknown from now on. */
  forget(): void {
    this.#decrypter = undefined
  }

  /**
   * Decrypts a packet and marks its number.
   * @returns undefined for a forgery, which changes nothing
   */
  decrypt(packet: Buffer): Buffer | undefined {
    const plain = this.#decrypter?.decrypt(packet)
    if (plain !== undefined) this.window.accept(packetNumber(packet))
    else if (++this.#forged >= INTEGRITY_LIMIT) this.owner.keyExhausted(this)
    return plain
  }
}
