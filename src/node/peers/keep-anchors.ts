import type { SealedMeta } from '../../protocol/gossip/catalogue-table.ts'
import type { History } from '../../reading/history/history.ts'
import type { Keeper } from './store-policy.ts'

/**
 * Writes down when the runs of somebody whom we keep were, as his catalogue tells it, so that their unknown
 * times become estimates; of every run that he lists, for what was missed of one may come later.
 */
export function keepAnchors(
  history: Pick<History, 'anchor' | 'series'>,
  keeper: Pick<Keeper, 'keeps'>,
  { author, meta }: Pick<SealedMeta, 'author' | 'meta'>
): void {
  if (!meta.series.some(({ name }) => keeper.keeps(name))) return
  for (const { epoch, boot, ...anchor } of meta.runs) history.anchor({ epoch, boot }, anchor, author)
}
