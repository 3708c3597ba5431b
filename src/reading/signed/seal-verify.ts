import type { KeyObject } from 'node:crypto'
import { type OpenedSeal, publicKeyOf, verifySeal } from './seal.ts'
import { SealMemory } from './seal-memory.ts'

export interface SealVerifierOptions {
  /** Public keys kept imported, the least recently used forgotten first; 256 unless given. */
  readonly keys?: number
  /** Seals remembered as verified; 4,096 unless given (wire.md, Sealing). */
  readonly seals?: number
}

/** Checks signatures, once each: one verifier serves every door of a process. */
export class SealVerifier {
  private readonly capacity: number
  private readonly keys = new Map<string, KeyObject>()
  private readonly memory: SealMemory

  constructor({ keys = 256, seals }: SealVerifierOptions = {}) {
    this.capacity = keys
    this.memory = new SealMemory(seals)
  }

  /** Whether these very bytes were verified already. */
  knows(seal: OpenedSeal): boolean {
    return this.memory.has(seal)
  }

  /** Whether the signature is the kid's; what is known costs a hash. */
  verify(seal: OpenedSeal): boolean {
    if (this.memory.has(seal)) return true
    const genuine = verifySeal(seal, this.keyOf(seal))
    if (genuine) this.memory.add(seal)
    return genuine
  }

  private keyOf({ peer, kid }: OpenedSeal): KeyObject {
    const key = this.keys.get(peer) ?? publicKeyOf(kid)
    this.keys.delete(peer)
    this.keys.set(peer, key)
    const [oldest] = this.keys.keys()
    if (this.keys.size > this.capacity && oldest !== undefined) this.keys.delete(oldest)
    return key
  }
}
