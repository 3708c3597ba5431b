import type { PeerId } from '@libp2p/interface'
import { Backfill } from '../../protocol/replication/backfill.ts'
import { BackfillQueue } from '../../protocol/replication/backfill-queue.ts'
import { createHistoryFetcher } from '../../protocol/replication/history-fetcher.ts'
import { ProviderTable } from '../../protocol/replication/provider-table.ts'
import { Replicator } from '../../protocol/replication/replicator.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { Startable } from '../../startable.ts'
import { ReadingIntake } from '../readings/intake.ts'
import type { Components, Replication } from './components.ts'
import { randomFloat } from './random.ts'

type Needs = Pick<Components, 'init' | 'protocols' | 'transports' | 'peers' | 'clients' | 'storage'>

export function createReplication(components: Needs): Replication {
  const { config, world, log } = components.init
  const { history, hub } = components.storage
  const { storePolicy, autoDialer } = components.peers
  const backfill = createBackfill(components, (sealed) => intake.receive(sealed, 'history'))
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
  const intake = new ReadingIntake({ hub, replicator })
  return { backfill, replicator, intake }
}

function createBackfill(
  { init: { config, world, log }, protocols, transports, clients }: Needs,
  receive: (sealed: SealedReadings) => void
): Backfill {
  const { clock } = world
  const { repair, holders } = config.limits
  return new Backfill({
    clock,
    log,
    queue: new BackfillQueue(clock, repair),
    source: createHistoryFetcher(clients.queries, protocols.registry),
    providers: new ProviderTable(holders),
    others: () => transports.network.getPeers().map(String),
    max: repair.most,
    silence: repair.silence,
    receive
  })
}

/** Keeps what others measure, and asks who comes for what was missed. */
export function replicationStartable({
  transports: { network },
  replication: { replicator }
}: Pick<Components, 'transports' | 'replication'>): Startable {
  const connected = ({ detail }: CustomEvent<PeerId>): void => replicator.returned(detail.toString())
  return {
    name: 'replicator',
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
