import type { SharedStore } from './shares.ts'
import type { PartSize, Tails } from './tails.ts'

/** What authors take of a store together with their rows that wait for a block. */
export function withRows(sealed: SharedStore, tails: Tails, size: PartSize): SharedStore {
  return {
    usage: () => {
      const used = new Map(sealed.usage())
      for (const author of tails.authors()) {
        const bytes = tails.bytesOf(author, size)
        if (bytes > 0) used.set(author, (used.get(author) ?? 0) + bytes)
      }
      return [...used]
    },
    bytesOf: (author) => sealed.bytesOf(author) + tails.bytesOf(author, size),
    // Rows are the newest that is kept of an author.
    dropOldestOf: (author, bytes) =>
      sealed.dropOldestOf(author, bytes) || tails.cutOldestOf(author, bytes, size)
  }
}
