import type { Access } from '../../peer/access/access.ts'
import type { Caller } from '../../peer/admission.ts'
import type { CatalogueView } from '../../protocol/gossip/index.ts'
import { formatSeries, localSeries, type SeriesParts } from '../../reading/series.ts'

export interface ReadPolicyInit {
  readonly self: string
  /** Decides about the series of this node. */
  readonly access: Pick<Access, 'decide' | 'isPrivate'>
  /** Whether a peer is answered by the book or the local network: grants are for series of this node alone. */
  readonly isKnown: (caller: Caller) => boolean
  /** The series of this node, without its PeerId. */
  readonly own: () => readonly string[]
  /** Whether the catalogue of another author has the series only in its restricted form. */
  readonly isPrivateElsewhere: (author: string, series: string) => boolean
  /** Whether a peer may ask here for what another author published. */
  readonly shows: (author: string, asker: string) => boolean
}

/** Which series a peer may read and which catalogue it gets, once it is answered (docs/protocols.md section 14). */
export class ReadPolicy {
  readonly #init: ReadPolicyInit

  constructor(init: ReadPolicyInit) {
    this.#init = init
  }

  /** Series of this node by its access; those of others by what may be passed on, private ones to nobody. */
  mayRead(caller: Caller, series: SeriesParts): boolean {
    const { self, isPrivateElsewhere } = this.#init
    if (series.peer === self)
      return this.#mayReadOwn(caller, localSeries(series.device, series.quantity, series.channel))
    return !isPrivateElsewhere(series.peer, formatSeries(series)) && this.mayLearnOf(caller, series.peer)
  }

  /** Whether a peer may learn anything of an author here. */
  mayLearnOf(caller: Caller, author: string): boolean {
    const { self, isKnown, shows } = this.#init
    return author === self || (isKnown(caller) && shows(author, caller.peer))
  }

  /** The part of the own catalogue for a peer; undefined for the public one. */
  viewFor(caller: Caller): CatalogueView | undefined {
    const { own, access } = this.#init
    const all = own()
    const readable = new Set(all.filter((series) => this.#mayReadOwn(caller, series)))
    const isPublic = (series: string): boolean => !access.isPrivate(series.slice(0, series.indexOf('/')))
    const isPartial = all.some((series) => isPublic(series) && !readable.has(series))
    if (!isPartial && ![...readable].some((series) => !isPublic(series))) return undefined
    return { key: [...readable].join(), isPartial, shows: (series) => readable.has(series) }
  }

  #mayReadOwn(caller: Caller, name: string): boolean {
    const principal = { kind: 'peer', caller } as const
    return this.#init.access.decide(principal, 'read', { kind: 'series', name }).allowed
  }
}
