import type { SealedCatalogue } from '../../protocol/gossip/index.ts'
import type { History } from '../../reading/history/history.ts'
import type { StorePolicy } from './store-policy.ts'

/**
 * Writes down when the runs of somebody whom we keep were, as his catalogue tells it, so that their unknown
 * times become estimates; of every run that he lists, for what was missed of one may come later.
 */
export function keepAnchors(
  history: Pick<History, 'anchor' | 'series'>,
  storePolicy: Pick<StorePolicy, 'keeps'>,
  { author, catalogue: meta }: Pick<SealedCatalogue, 'author' | 'catalogue'>
): void {
  if (!meta.series.some(({ name }) => storePolicy.keeps(name))) return
  for (const { epoch, boot, ...anchor } of meta.runs) history.anchor({ epoch, boot }, anchor, author)
}
