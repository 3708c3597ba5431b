import type { Audience } from '../../reading/author/author.ts'
import { formatSeries, type SeriesParts } from '../../reading/series.ts'

export interface ReadPolicyInit {
  readonly self: string
  readonly inBook: (peer: string) => boolean
  /** Whether any sensor of this node is private. */
  readonly hasPrivate: () => boolean
  /** Whether a sensor of this node is private. */
  readonly isPrivate: (device: string) => boolean
  /** Whether the catalogue of another author has the series only in its restricted form. */
  readonly isPrivateElsewhere: (author: string, series: string) => boolean
  /** Whether a peer may ask here for what another author published. */
  readonly shows: (author: string, asker: string) => boolean
}

/** Which series a peer may read and which catalogue it gets, once admission answers it (docs/protocols.md section 14). */
export class ReadPolicy {
  readonly #init: ReadPolicyInit

  constructor(init: ReadPolicyInit) {
    this.#init = init
  }

  /** Private series of this node are for peers of its book; those of others were given to this node alone. */
  mayRead(peer: string, series: SeriesParts): boolean {
    const { self, inBook, isPrivate, isPrivateElsewhere } = this.#init
    if (series.peer === self) return !isPrivate(series.device) || inBook(peer)
    return !isPrivateElsewhere(series.peer, formatSeries(series)) && this.mayLearnOf(peer, series.peer)
  }

  /** Whether a peer may learn anything of an author here. */
  mayLearnOf(peer: string, author: string): boolean {
    return author === this.#init.self || this.#init.shows(author, peer)
  }

  /** The catalogue of this node has a restricted form only where there are private series. */
  audienceOf(peer: string): Audience {
    return this.#init.hasPrivate() && this.#init.inBook(peer) ? 'book' : 'everyone'
  }
}
