import { type Cancel, type Clock, every } from '../../clock.ts'
import type { Audience } from '../../reading/author/author.ts'
import type { CatalogueLimits } from './limits.ts'

export interface CataloguePublisherInit extends Pick<CatalogueLimits, 'period' | 'gather'> {
  readonly clock: Clock
  /** Makes and seals the catalogue as it is now, with private series where it is for a peer of the book. */
  readonly seal: (revision: number, audience: Audience) => Uint8Array
  readonly publish: (bytes: Uint8Array) => void
}

/**
 * Tells the neighbours what this node is: on change, and now and then for those who came later, sealed anew
 * each time, as relays do not hand on what they know. The same bytes are the answer to `describe`.
 */
export class CataloguePublisher {
  readonly #init: CataloguePublisherInit
  #revision = 0
  readonly #bytes = new Map<Audience, Uint8Array>()
  #gathering: Cancel | undefined
  #repeating: Cancel | undefined

  constructor(init: CataloguePublisherInit) {
    this.#init = init
  }

  start(): void {
    this.#repeating ??= every(this.#init.clock, this.#init.period, () => this.#repeat(), this.#init.gather)
  }

  stop(): void {
    this.#repeating?.()
    this.#gathering?.()
    this.#repeating = undefined
    this.#gathering = undefined
  }

  /** The sealed catalogue as it stands. */
  current(audience: Audience = 'everyone'): Uint8Array {
    const bytes = this.#bytes.get(audience) ?? this.#init.seal(this.#revision, audience)
    this.#bytes.set(audience, bytes)
    return bytes
  }

  /** Something that it tells has changed. */
  changed(): void {
    if (this.#bytes.size > 0) this.#revision += 1
    this.#bytes.clear()
    this.#tellSoon()
  }

  /** A new run counts its revisions from 0. */
  newRun(): void {
    this.#revision = 0
    this.#bytes.clear()
    this.#tellSoon()
  }

  #tellSoon(): void {
    if (this.#repeating === undefined) return
    this.#gathering ??= this.#init.clock.after(this.#init.gather, () => {
      this.#gathering = undefined
      this.#tell()
    })
  }

  #repeat(): void {
    this.#bytes.clear()
    this.#tell()
  }

  #tell(): void {
    this.#init.publish(this.current())
  }
}
