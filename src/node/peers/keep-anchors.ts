import type { SealedCatalogue } from '../../protocol/gossip/index.ts'
import type { History } from '../../reading/history/history.ts'
import type { StorePolicy } from './store-policy.ts'

/**
 * Stores the anchors in the catalogue of a stored author, so that unknown times of its readings become
 * estimates. Every run that it lists is stored: readings of it may come later.
 */
export function keepAnchors(
  history: Pick<History, 'anchor' | 'series'>,
  storePolicy: Pick<StorePolicy, 'keeps'>,
  { author, catalogue }: Pick<SealedCatalogue, 'author' | 'catalogue'>
): void {
  if (!catalogue.series.some(({ name }) => storePolicy.keeps(name))) return
  for (const { epoch, boot, ...anchor } of catalogue.runs) history.anchor({ epoch, boot }, anchor, author)
}
