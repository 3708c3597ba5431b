import { type Cancel, type Clock, every } from '../clock.ts'

export interface MetaPublisherInit {
  readonly clock: Clock
  /** Milliseconds between two tellings of what did not change; 10 minutes (wire.md, Catalogue). */
  readonly period: number
  /** Milliseconds that changes are gathered before they are told, so that a flapping sensor is no flood. */
  readonly gather: number
  /** Makes and seals the catalogue as it is now. */
  readonly seal: (revision: number) => Uint8Array
  readonly publish: (bytes: Uint8Array) => void
}

/**
 * Tells the neighbours what this node is: on change and now and then for those who came later. Sealed
 * once a revision; the same bytes are the answer to `describe`.
 */
export class MetaPublisher {
  readonly #init: MetaPublisherInit
  #revision = 0
  #bytes: Uint8Array | undefined
  #gathering: Cancel | undefined
  #repeating: Cancel | undefined

  constructor(init: MetaPublisherInit) {
    this.#init = init
  }

  start(): void {
    this.#repeating ??= every(this.#init.clock, this.#init.period, () => this.#tell(), this.#init.gather)
  }

  stop(): void {
    this.#repeating?.()
    this.#gathering?.()
    this.#repeating = undefined
    this.#gathering = undefined
  }

  /** The sealed catalogue as it stands. */
  current(): Uint8Array {
    this.#bytes ??= this.#init.seal(this.#revision)
    return this.#bytes
  }

  /** Something that it tells has changed. */
  changed(): void {
    if (this.#bytes !== undefined) this.#revision += 1
    this.#bytes = undefined
    this.#tellSoon()
  }

  /** A new run counts its revisions from 0. */
  newRun(): void {
    this.#revision = 0
    this.#bytes = undefined
    this.#tellSoon()
  }

  #tellSoon(): void {
    if (this.#repeating === undefined) return
    this.#gathering ??= this.#init.clock.after(this.#init.gather, () => {
      this.#gathering = undefined
      this.#tell()
    })
  }

  #tell(): void {
    this.#init.publish(this.current())
  }
}
