import type { SealedReadings } from './sealed.ts'

/** Bytes of a signature that packs are looked up by; the whole bytes decide. */
const KEY_BYTES = 4

/**
 * Remembers the packs that were verified and read last, with their readings: a node that is asked again before it
 * measured again answers with the same bytes. Only the same bytes on the same topic are found, so that whatever
 * is found was verified.
 */
export class ReadMemory {
  readonly #capacity: number
  readonly #packs = new Map<number, SealedReadings>()
  #bytes = 0

  /** @param capacity bytes of the packs that are kept; beyond, the oldest are removed */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#packs.size
  }

  find(kind: SealedReadings['kind'], topic: string, bytes: Uint8Array): SealedReadings | undefined {
    const known = this.#packs.get(keyOf(bytes))
    if (known === undefined || known.kind !== kind || known.topic !== topic) return undefined
    return Buffer.compare(known.bytes, bytes) === 0 ? known : undefined
  }

  /** Remembers a pack. Blocks are answers of history, each requested once. */
  add(sealed: SealedReadings): void {
    if (sealed.kind === 'block' || sealed.bytes.length > this.#capacity) return
    const key = keyOf(sealed.bytes)
    this.#remove(key)
    this.#packs.set(key, sealed)
    this.#bytes += sealed.bytes.length
    for (const oldest of this.#packs.keys()) {
      if (this.#bytes <= this.#capacity) break
      this.#remove(oldest)
    }
  }

  #remove(key: number): void {
    this.#bytes -= this.#packs.get(key)?.bytes.length ?? 0
    this.#packs.delete(key)
  }
}

/** The end of the signature, with which every seal ends, as an int32. */
function keyOf(bytes: Uint8Array): number {
  let key = 0
  for (let at = bytes.length - KEY_BYTES; at < bytes.length; at++) key = (key << 8) | (bytes[at] ?? 0)
  return key
}
