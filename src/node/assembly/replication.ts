import type { PeerId } from '@libp2p/interface'
import { Repair } from '../../protocol/replication/backfill.ts'
import { RepairQueue } from '../../protocol/replication/backfill-queue.ts'
import { historyAsker } from '../../protocol/replication/history-fetcher.ts'
import { HolderTable } from '../../protocol/replication/provider-table.ts'
import { Holder } from '../../protocol/replication/replicator.ts'
import type { Door, SealedReadings } from '../../reading/signed/sealed.ts'
import type { Part } from '../lifecycle.ts'
import type { On } from './components.ts'
import { uniform } from './random.ts'

/** Takes the readings of others, keeps those that are to be kept, and asks for what was missed. */
export interface Keeping {
  readonly repair: Repair
  readonly holder: Holder
  /** Takes verified readings by any door. */
  readonly receive: (sealed: SealedReadings, door: Door) => void
}

type Needs = On<'init' | 'language' | 'links' | 'society' | 'clients' | 'storage'>

export function createKeeping(made: Needs): Keeping {
  const { config, world, log } = made.init
  const { history, journal } = made.storage
  const { keeper, neighbourhood } = made.society
  const repair = createRepair(made, (sealed) => receive(sealed, 'history'))
  const holder = new Holder({
    clock: world.clock,
    log,
    random: () => uniform(world),
    options: config.limits.keeping,
    history,
    keeps: (series) => keeper.keeps(series),
    isConnected: (peer) => neighbourhood.connection(peer) !== undefined,
    repair
  })
  function receive(sealed: SealedReadings, by: Door): void {
    journal.add(sealed, by)
    // A block that brings nothing new still takes the place of the packs it covers.
    if (sealed.kind === 'block') holder.take(sealed)
  }
  return { repair, holder, receive }
}

function createRepair(
  { init: { config, world, log }, language, links, clients }: Needs,
  receive: (sealed: SealedReadings) => void
): Repair {
  const { clock } = world
  const { repair, holders } = config.limits
  return new Repair({
    clock,
    log,
    queue: new RepairQueue(clock, repair),
    source: historyAsker(clients.queries, language.catalogue),
    holders: new HolderTable(holders),
    others: () => links.network.getPeers().map(String),
    most: repair.most,
    silence: repair.silence,
    receive
  })
}

/** Keeps what others measure, and asks who comes for what was missed. */
export function keepingPart({ links: { network }, keeping: { holder } }: On<'links' | 'keeping'>): Part {
  const connected = ({ detail }: CustomEvent<PeerId>): void => holder.returned(detail.toString())
  return {
    name: 'holder',
    start() {
      network.addEventListener('peer:connect', connected)
      holder.start()
    },
    async stop() {
      network.removeEventListener('peer:connect', connected)
      await holder.stop()
    }
  }
}
