import type { ProviderLimits } from './limits.ts'

/** Who besides the author holds its readings: peers that answered with them before. */
export class ProviderTable {
  readonly #options: ProviderLimits
  /** Both in the order of the last answer, the latest at the end. */
  readonly #holders = new Map<string, Set<string>>()

  constructor(options: ProviderLimits) {
    this.#options = options
  }

  /** A peer handed us readings of this author, or tells that it stores them. */
  note(author: string, peer: string): void {
    if (author === peer) return
    const holders = this.#holders.get(author) ?? new Set()
    this.#holders.delete(author)
    this.#holders.set(author, holders)
    holders.delete(peer)
    holders.add(peer)
    forgetOldest(holders, this.#options.holders)
    forgetOldest(this.#holders, this.#options.authors)
  }

  /** A peer had nothing of this author after all. */
  forget(author: string, peer: string): void {
    const holders = this.#holders.get(author)
    holders?.delete(peer)
    if (holders?.size === 0) this.#holders.delete(author)
  }

  /** The one that answered last first. */
  of(author: string): string[] {
    return [...(this.#holders.get(author) ?? [])].reverse()
  }
}

function forgetOldest(table: Set<string> | Map<string, unknown>, limit: number): void {
  const oldest = table.keys().next().value
  if (table.size > limit && oldest !== undefined) table.delete(oldest)
}
