import type { PeerId } from '@libp2p/interface'
import { Backfill } from '../../protocol/replication/backfill.ts'
import { BackfillQueue } from '../../protocol/replication/backfill-queue.ts'
import { createHistoryFetcher } from '../../protocol/replication/history-fetcher.ts'
import { ProviderTable } from '../../protocol/replication/provider-table.ts'
import { Replicator } from '../../protocol/replication/replicator.ts'
import type { Door, SealedReadings } from '../../reading/signed/sealed.ts'
import type { Startable } from '../../startable.ts'
import type { On } from './components.ts'
import { randomFloat } from './random.ts'

/** Takes the readings of others, keeps those that are to be kept, and asks for what was missed. */
export interface Keeping {
  readonly backfill: Backfill
  readonly replicator: Replicator
  /** Takes verified readings by any door. */
  readonly receive: (sealed: SealedReadings, door: Door) => void
}

type Needs = On<'init' | 'language' | 'links' | 'society' | 'clients' | 'storage'>

export function createKeeping(made: Needs): Keeping {
  const { config, world, log } = made.init
  const { history, hub } = made.storage
  const { storePolicy, autoDialer } = made.society
  const backfill = createRepair(made, (sealed) => receive(sealed, 'history'))
  const replicator = new Replicator({
    clock: world.clock,
    log,
    random: () => randomFloat(world),
    options: config.limits.keeping,
    history,
    keeps: (series) => storePolicy.keeps(series),
    isConnected: (peer) => autoDialer.connection(peer) !== undefined,
    backfill
  })
  function receive(sealed: SealedReadings, by: Door): void {
    hub.add(sealed, by)
    // A block that brings nothing new still takes the place of the packs it covers.
    if (sealed.kind === 'block') replicator.take(sealed)
  }
  return { backfill, replicator, receive }
}

function createRepair(
  { init: { config, world, log }, language, links, clients }: Needs,
  receive: (sealed: SealedReadings) => void
): Backfill {
  const { clock } = world
  const { repair, holders } = config.limits
  return new Backfill({
    clock,
    log,
    queue: new BackfillQueue(clock, repair),
    source: createHistoryFetcher(clients.queries, language.registry),
    providers: new ProviderTable(holders),
    others: () => links.network.getPeers().map(String),
    max: repair.most,
    silence: repair.silence,
    receive
  })
}

/** Keeps what others measure, and asks who comes for what was missed. */
export function keepingPart({
  links: { network },
  keeping: { replicator }
}: On<'links' | 'keeping'>): Startable {
  const connected = ({ detail }: CustomEvent<PeerId>): void => replicator.returned(detail.toString())
  return {
    name: 'holder',
    start() {
      network.addEventListener('peer:connect', connected)
      replicator.start()
    },
    async stop() {
      network.removeEventListener('peer:connect', connected)
      await replicator.stop()
    }
  }
}
