import type { SealedTable } from '../store/sealed-table.ts'

/** What readings of authors are in. */
export type SharedStore = Pick<SealedTable, 'usage' | 'bytesOf' | 'dropOldestOf'>

/** What each other author may take of a store, so that none displaces all others. */
export interface HistoryShares {
  /** The part that one other author may take, 0 to 1. */
  readonly author: number
  /** The part that all authors together may take that are stored for a claim alone, 0 to 1. */
  readonly claimed: number
  readonly isClaimed: (author: string) => boolean
}

/**
 * Deletes the oldest readings of authors that take more than their share; of those that share one, of the author
 * that takes most.
 * @param bytes the size of the whole
 * @param self our own PeerId: our own readings are bound by the whole alone
 * @returns how many packs, blocks and parts of tails were deleted
 */
export function shrinkToShares(
  store: SharedStore,
  bytes: number,
  shares: HistoryShares,
  self: string
): number {
  const used = new Map(store.usage().filter(([peer]) => peer !== self))
  const usedBy = (peers: Iterable<string>): number =>
    [...peers].reduce((sum, peer) => sum + (used.get(peer) ?? 0), 0)
  let dropped = 0
  const drop = (peer: string, excess: number): boolean => {
    const count = store.dropOldestOf(peer, excess)
    used.set(peer, store.bytesOf(peer))
    dropped += count
    return count > 0
  }
  for (const peer of used.keys()) {
    const excess = (): number => usedBy([peer]) - shares.author * bytes
    while (excess() > 0 && drop(peer, excess()));
  }
  const claimed = [...used.keys()].filter(shares.isClaimed)
  const excess = (): number => usedBy(claimed) - shares.claimed * bytes
  while (excess() > 0) {
    const [most = '', next = ''] = claimed.sort((a, b) => usedBy([b]) - usedBy([a]))
    // Down to the one that takes most after it; where many take the same, each a little.
    const ahead = Math.max(excess() / claimed.length, usedBy([most]) - usedBy([next]))
    if (!drop(most, Math.min(excess(), ahead))) break
  }
  return dropped
}
