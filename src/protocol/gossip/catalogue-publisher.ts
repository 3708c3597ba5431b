import { BoundedMap } from '../../bounded-map.ts'
import { type Cancel, type Clock, every } from '../../clock.ts'
import type { Startable } from '../../startable.ts'
import type { CatalogueLimits } from './limits.ts'

/** The part of the own catalogue that a peer may know. */
export interface CatalogueView {
  /** Different for each set of series. */
  readonly key: string
  /** Whether series of the public catalogue are left out: then all in it are for this peer alone. */
  readonly isPartial: boolean
  /** @param series without the PeerId */
  readonly shows: (series: string) => boolean
}

/** Views whose sealed catalogue is kept until it changes. */
const MAX_VIEWS = 16
const PUBLIC = 'public'

export interface CataloguePublisherInit extends Pick<CatalogueLimits, 'period' | 'gather'> {
  readonly clock: Clock
  /** Makes and seals the present catalogue: the public one, or what a view shows. */
  readonly seal: (revision: number, view: CatalogueView | undefined) => Uint8Array
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
  readonly #bytes = new BoundedMap<string, Uint8Array>(MAX_VIEWS)
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

  /** The present catalogue, sealed. @param view the public one unless given */
  current(view?: CatalogueView): Uint8Array {
    const key = view === undefined ? PUBLIC : `view ${view.key}`
    const bytes = this.#bytes.get(key) ?? this.#init.seal(this.#revision, view)
    this.#bytes.set(key, bytes)
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
