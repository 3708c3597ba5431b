import { backfill, replicator } from '../../protocol/replication/index.ts'
import { partsOfSeries } from '../../reading/series.ts'
import { ReadingIntake } from '../readings/intake.ts'
import type { Components, Replication } from './components.ts'
import { randomFloat } from './random.ts'

type Needs = Pick<Components, 'init' | 'protocols' | 'transports' | 'peers' | 'clients' | 'storage'>

export function createReplication({
  init: { config, world, log },
  protocols: { registry },
  transports: { network },
  peers: { storePolicy, autoDialer },
  clients: { queries: client },
  storage: { history, hub, budget }
}: Needs): Replication {
  const { clock } = world
  const { backfill: limits, providers, replication: options } = config.limits
  const fetching = backfill({ limits, providers })({
    clock,
    log,
    network,
    client,
    registry,
    receive: (sealed) => intake.receive(sealed, 'history')
  })
  const storing = replicator({ options })({
    clock,
    log,
    random: () => randomFloat(world),
    network,
    history,
    keeps: (series) => storePolicy.keeps(series) && budget.hasRoom(partsOfSeries(series).peer),
    isConnected: (peer) => autoDialer.connection(peer) !== undefined,
    backfill: fetching
  })
  const intake = new ReadingIntake({ hub, replicator: storing })
  return { backfill: fetching, replicator: storing, intake }
}
