import { type Cancel, type Clock, every } from '../../clock.ts'
import type { Audience } from '../../reading/author/author.ts'
import type { Startable } from '../../startable.ts'
import type { CatalogueLimits } from './limits.ts'

export interface CataloguePublisherInit extends Pick<CatalogueLimits, 'period' | 'gather'> {
  readonly clock: Clock
  /** Makes and seals the present catalogue, with private series where it is for a peer of the book. */
  readonly seal: (revision: number, audience: Audience) => Uint8Array
  readonly publish: (bytes: Uint8Array) => void
}

/**
 * Publishes the catalogue of this node: on change, and periodically for nodes that joined later. It is sealed
 * anew each time, because relays do not pass on bytes that they know. The same bytes answer `describe`.
 */
export class CataloguePublisher implements Startable {
  readonly name = 'catalogue'
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

  /** The present catalogue, sealed. */
  current(audience: Audience = 'everyone'): Uint8Array {
    const bytes = this.#bytes.get(audience) ?? this.#init.seal(this.#revision, audience)
    this.#bytes.set(audience, bytes)
    return bytes
  }

  /** The content has changed. */
  changed(): void {
    if (this.#bytes.size > 0) this.#revision += 1
    this.#bytes.clear()
    this.#publishSoon()
  }

  /** A new run counts its revisions from 0. */
  newRun(): void {
    this.#revision = 0
    this.#bytes.clear()
    this.#publishSoon()
  }

  #publishSoon(): void {
    if (this.#repeating === undefined) return
    this.#gathering ??= this.#init.clock.after(this.#init.gather, () => {
      this.#gathering = undefined
      this.#publish()
    })
  }

  #repeat(): void {
    this.#bytes.clear()
    this.#publish()
  }

  #publish(): void {
    this.#init.publish(this.current())
  }
}
