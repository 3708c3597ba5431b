import { type Things, whyIdle } from '../../config/access.ts'
import type { StoreEntry } from '../../config/store.ts'
import type { Grant } from '../../peer/access/grant.ts'
import { RESERVED_WHO } from '../../peer/access-words.ts'
import type { BookEntry } from '../../peer/book/book.ts'
import { rightsOf } from '../../peer/book/rights.ts'
import { multihashOfPeer, parseSeries } from '../../reading/series.ts'
import type { PeerInfo } from './directory.ts'

export interface StorePolicyInit {
  readonly self: string
  readonly store: () => readonly StoreEntry[]
  /** The entry of a peer in the book, as it is now. */
  readonly entryOf: (peer: string) => BookEntry | undefined
  /** What a peer claims in its verified catalogue. */
  readonly claimOf: (peer: string) => PeerInfo | undefined
}

/** Why the readings of an author are stored. */
export type StoreReason = 'book' | 'claimed'

/** Whose readings are stored. */
export class StorePolicy {
  readonly #init: StorePolicyInit
  /** The entries of which the sets are made. */
  #madeOf: readonly StoreEntry[] = []
  /** Names, purposes and PeerIds that are ours to give. */
  #trusted: ReadonlySet<string> = new Set()
  #claimed: ReadonlySet<string> = new Set()
  /** Authors of whom something is stored from earlier runs. */
  #before: ReadonlySet<string> = new Set()

  constructor(init: StorePolicyInit) {
    this.#init = init
  }

  /** Series in the history: their authors are stored as before for as long as their claims are not known. */
  recall(series: readonly string[]): void {
    this.#before = new Set(series.map((one) => parseSeries(one)?.peer ?? ''))
  }

  keeps(series: string): boolean {
    const author = parseSeries(series)?.peer
    return author !== undefined && this.keepsOf(author)
  }

  /** Whether an author's series are stored. */
  keepsOf(author: string): boolean {
    return this.reasonFor(author) !== undefined
  }

  /** Why an author's series are stored; undefined if they are not, and for our own. */
  reasonFor(author: string): StoreReason | undefined {
    const store = this.#init.store()
    if (author === this.#init.self || store.length === 0) return undefined
    if (store !== this.#madeOf) this.#make(store)
    if (this.#isTrusted(author)) return 'book'
    return this.#isClaimed(author) ? 'claimed' : undefined
  }

  #make(store: readonly StoreEntry[]): void {
    this.#trusted = new Set(store.filter((entry) => typeof entry === 'string'))
    this.#claimed = new Set(store.flatMap((entry) => (typeof entry === 'string' ? [] : [entry.claimed])))
    this.#madeOf = store
  }

  #isTrusted(author: string): boolean {
    if (this.#trusted.has(author)) return true
    const entry = this.#init.entryOf(author)
    return entry !== undefined && matches(this.#trusted, entry)
  }

  #isClaimed(author: string): boolean {
    if (this.#claimed.size === 0) return false
    const claim = this.#init.claimOf(author)
    return claim === undefined ? this.#before.has(author) : matches(this.#claimed, claim)
  }
}

function matches(
  words: ReadonlySet<string>,
  { name, purposes }: Pick<BookEntry, 'name' | 'purposes'>
): boolean {
  return words.has(name) || purposes.some((purpose) => words.has(purpose))
}

/** The words of `store:` or `deny:` that mean nobody: no name and no purpose of the book, and no PeerId. */
export function wordsWithoutEntry(
  words: readonly StoreEntry[],
  book: readonly Pick<BookEntry, 'name' | 'purposes'>[]
): string[] {
  return words.filter(
    (word): word is string =>
      typeof word === 'string' &&
      multihashOfPeer(word) === undefined &&
      !book.some((entry) => matches(new Set([word]), entry))
  )
}

/** The words of `access:` that are to be in the book. */
export function whoOf(grants: readonly Pick<Grant, 'who'>[]): string[] {
  return [...new Set(grants.map(({ who }) => who))].filter((who) => !RESERVED_WHO.includes(who))
}

export interface UnmatchedWord {
  readonly message: string
  /** What to do. */
  readonly hint: string
}

/** A line about such a word of `store:`. */
export function unmatchedStore(word: string): UnmatchedWord {
  return {
    message: `store: "${word}" is neither a name nor a purpose in the book: nothing is stored for it`,
    hint: `kith book add ${word} PEERID, or store: [{ claimed: ${word} }] for whoever calls itself so`
  }
}

/** A line about such a word of `deny:`. */
export function unmatchedDeny(word: string): UnmatchedWord {
  return {
    message: `deny: "${word}" is neither a name nor a purpose in the book: nobody is denied by it`,
    hint: 'deny a PeerId: kith peers lists them'
  }
}

/** Rights in the book that give nothing on this node: of things that it does not have, or not of that kind. */
export function idleRights(entries: readonly BookEntry[], things: Things): UnmatchedWord[] {
  return entries.flatMap((entry) =>
    rightsOf(entry).flatMap(({ word, on }) => {
      const why = on === undefined ? undefined : whyIdle({ who: entry.name, may: [word] }, on, things)
      return why === undefined
        ? []
        : [{ ...why, message: `book: ${entry.name}: ${word}:${on}: ${why.message}` }]
    })
  )
}

/** A line about such a word of `access:`. */
export function unmatchedAccess(word: string): UnmatchedWord {
  return {
    message: `access: "${word}" is neither a name nor a purpose in the book: nobody is granted anything by it`,
    hint: `kith book add ${word} PEERID`
  }
}
