import { hash, type KeyObject } from 'node:crypto'
import { BoundedMap } from '../../bounded-map.ts'
import { type OpenedSeal, publicKeyOf, verifySeal } from './seal.ts'

export interface SealVerifierOptions {
  /** Public keys kept imported; 1,024 unless given. */
  readonly keys?: number
  /** Seals remembered as verified; 4,096 unless given (docs/protocols.md section 7). */
  readonly seals?: number
}

/** Checks signatures, each once: a process has one verifier for everything that comes in. */
export class SealVerifier {
  readonly #keys: BoundedMap<string, KeyObject>
  readonly #verified: BoundedMap<string, true>
  /** The last one: knows() and verify() are called with the same seal. */
  #hashed: { readonly seal: OpenedSeal; readonly hash: string } | undefined

  constructor({ keys = 1024, seals = 4096 }: SealVerifierOptions = {}) {
    this.#keys = new BoundedMap(keys)
    this.#verified = new BoundedMap(seals)
  }

  /** Whether these very bytes were verified already. */
  knows(seal: OpenedSeal): boolean {
    return this.#verified.touch(this.#hashOf(seal)) !== undefined
  }

  /** Whether the signature is that of the kid's key; for bytes that were verified before it costs a hash. */
  verify(seal: OpenedSeal): boolean {
    const hash = this.#hashOf(seal)
    if (this.#verified.touch(hash) !== undefined) return true
    const genuine = verifySeal(seal, this.#keyOf(seal))
    if (genuine) this.#verified.set(hash, true)
    return genuine
  }

  /** Remembers a seal that this process made itself as verified. */
  vouch(seal: OpenedSeal): void {
    this.#verified.set(this.#hashOf(seal), true)
  }

  #keyOf({ peer, kid }: OpenedSeal): KeyObject | undefined {
    const key = this.#keys.get(peer) ?? publicKeyOf(kid)
    if (key !== undefined) this.#keys.set(peer, key)
    return key
  }

  /** With the domain: the bytes of a verified pack are not those of a verified block. */
  #hashOf(seal: OpenedSeal): string {
    if (this.#hashed?.seal !== seal)
      this.#hashed = { seal, hash: `${seal.domain} ${hash('sha256', seal.bytes, 'base64')}` }
    return this.#hashed.hash
  }
}
