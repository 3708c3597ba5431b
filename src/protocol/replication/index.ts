/**
 * Stores the readings of others and fetches what was missed (docs/protocols.md section 12, history).
 *
 *     const fetching = backfill({ limits, providers })({ network, client, … })
 *     const service = replicator({ options })({ network, history, backfill: fetching, … })
 *     service.start()
 *
 *     const subscriptions = new Subscriptions({ backfill: fetching, matches, deliver, … })
 */
import type { Libp2p } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { ProtocolRegistry } from '../protocol-registry.ts'
import type { QueryClient } from '../query/index.ts'
import { Backfill } from './backfill.ts'
import { BackfillQueue } from './backfill-queue.ts'
import { createHistoryFetcher } from './history-fetcher.ts'
import type { BackfillLimits, ProviderLimits } from './limits.ts'
import { ProviderTable } from './provider-table.ts'
import { Replicator, type ReplicatorComponents, type ReplicatorInit } from './replicator.ts'

export { BEGINNING } from './constants.ts'
export type { SubscriptionLimits } from './limits.ts'
export type { Followed } from './reorder-buffer.ts'
export { Subscriptions } from './subscriptions.ts'
export type { Backfill, Replicator, ReplicatorComponents, ReplicatorInit }

export interface BackfillServiceInit {
  readonly limits: BackfillLimits
  readonly providers: ProviderLimits
}

export interface BackfillComponents {
  readonly clock: Clock
  readonly log: Log
  readonly network: Pick<Libp2p, 'getPeers'>
  readonly client: Pick<QueryClient, 'history'>
  readonly registry: ProtocolRegistry
  /** Takes verified packs and blocks, for the hub of this node. */
  readonly receive: (sealed: SealedReadings) => void
}

/** Fetches missing readings over streams; has nothing to start. */
export function backfill(init: BackfillServiceInit): (components: BackfillComponents) => Backfill {
  const { limits, providers } = init
  return ({ clock, log, network, client, registry, receive }) =>
    new Backfill({
      clock,
      log,
      queue: new BackfillQueue(clock, limits),
      source: createHistoryFetcher(client, registry),
      providers: new ProviderTable(providers),
      others: () => network.getPeers().map(String),
      max: limits.otherPeers,
      silence: limits.silence,
      fruitless: limits.fruitless,
      receive
    })
}

/** Stores what the policy names, and looks for gaps in it. */
export function replicator(init: ReplicatorInit): (components: ReplicatorComponents) => Replicator {
  return (components) => new Replicator(components, init)
}
