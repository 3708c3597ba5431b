import { hash, type KeyObject } from 'node:crypto'
import { BoundedMap } from '../../bounded-map.ts'
import { type OpenedSeal, publicKeyOf, type SealDomain, verifySeal } from './seal.ts'

export interface SealVerifierOptions {
  /** Public keys kept imported; 1,024 unless given. */
  readonly keys?: number
  /** Seals remembered as verified; 4,096 unless given (docs/protocols.md section 7). */
  readonly seals?: number
}

/** Checks signatures, each once: a process has one verifier for everything that comes in. */
export class SealVerifier {
  readonly #keys: BoundedMap<string, KeyObject>
  /**
   * By the hash of their bytes, a character a byte, with the domain: the bytes of a verified pack are not those of a
   * verified block.
   */
  readonly #verified: BoundedMap<string, SealDomain>
  /** The last one: knows() and verify() are called with the same seal. */
  #hashed: { readonly seal: OpenedSeal; readonly hash: string } | undefined

  constructor({ keys = 1024, seals = 4096 }: SealVerifierOptions = {}) {
    this.#keys = new BoundedMap(keys)
    this.#verified = new BoundedMap(seals)
  }

  /** Whether these very bytes were verified already. */
  knows(seal: OpenedSeal): boolean {
    return this.#verified.touch(this.#hashOf(seal)) === seal.domain
  }

  /** Whether the signature is that of the kid's key; for bytes that were verified before it costs a hash. */
  verify(seal: OpenedSeal): boolean {
    const hash = this.#hashOf(seal)
    if (this.#verified.touch(hash) === seal.domain) return true
    const genuine = verifySeal(seal, this.#keyOf(seal))
    if (genuine) this.#verified.set(hash, seal.domain)
    return genuine
  }

  /** Remembers a seal that this process made itself as verified. */
  vouch(seal: OpenedSeal): void {
    this.#verified.set(this.#hashOf(seal), seal.domain)
  }

  #keyOf({ peer, kid }: OpenedSeal): KeyObject | undefined {
    const key = this.#keys.get(peer) ?? publicKeyOf(kid)
    if (key !== undefined) this.#keys.set(peer, key)
    return key
  }

  #hashOf(seal: OpenedSeal): string {
    if (this.#hashed?.seal !== seal) this.#hashed = { seal, hash: hash('sha256', seal.bytes, 'binary') }
    return this.#hashed.hash
  }
}
