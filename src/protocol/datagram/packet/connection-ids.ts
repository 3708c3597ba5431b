import { CID_BYTES } from '../constants.ts'
import type { ReceiveKey } from './receive-key.ts'

/**
 * Our connection ids, found by their first four bytes as an int32, which allocates nothing; no two share
 * these, and the rest of the id is compared after the lookup.
 */
export class ConnectionIds {
  readonly #keys = new Map<number, ReceiveKey>()
  readonly #random: (bytes: number) => Uint8Array

  constructor(random: (bytes: number) => Uint8Array) {
    this.#random = random
  }

  get size(): number {
    return this.#keys.size
  }

  /** An id that is not in use. */
  fresh(): Buffer {
    for (;;) {
      const cid = Buffer.from(this.#random(CID_BYTES))
      if (!this.#keys.has(cid.readInt32BE(0))) return cid
    }
  }

  add(key: ReceiveKey): void {
    this.#keys.set(key.cid.readInt32BE(0), key)
  }

  remove(key: ReceiveKey): void {
    const first = key.cid.readInt32BE(0)
    if (this.#keys.get(first) === key) this.#keys.delete(first)
  }

  find(packet: Buffer): ReceiveKey | undefined {
    const key = this.#keys.get(packet.readInt32BE(0))
    return key !== undefined && key.cid.readInt32BE(4) === packet.readInt32BE(4) ? key : undefined
  }
}
