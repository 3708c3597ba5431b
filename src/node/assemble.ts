import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../clock.ts'
import type { World } from '../hal/world.ts'
import type { Log } from '../log.ts'
import type { Admission } from '../peer/admission.ts'
import type { AutoDialer } from '../peer/dialing/auto-dialer.ts'
import type { SealedCatalogue } from '../protocol/gossip/catalogue-table.ts'
import type { QueryServer } from '../protocol/query/server/query-server.ts'
import type { Operations } from './api/operations.ts'
import type { AssembleInit } from './assembly/assemble-init.ts'
import { type Clients, createClients } from './assembly/clients.ts'
import { createOperations } from './assembly/operations.ts'
import { type Acquaintance, createAcquaintance } from './assembly/peer-lookup.ts'
import { createSociety, type Society } from './assembly/peers.ts'
import { createLanguage } from './assembly/protocols.ts'
import { createVoice, listenToAll, type Voice } from './assembly/publishing.ts'
import { createServer } from './assembly/query-server.ts'
import { createKeeping, type Keeping } from './assembly/replication.ts'
import { createMeasuring, type Measuring } from './assembly/sensing.ts'
import { partsOf } from './assembly/start-order.ts'
import { createStorage, type Storage } from './assembly/storage.ts'
import { createTimekeeper } from './assembly/time.ts'
import { createLinks } from './assembly/transports.ts'
import { Lifecycle } from './lifecycle.ts'
import { rateLimited } from './log/rate.ts'
import type { Network } from './network/create-network.ts'
import { NodeDatagrams } from './network/datagrams.ts'
import { Switches } from './sensors/switches.ts'

/** A node with everything chosen and connected, not started. */
export interface Assembled {
  readonly peer: string
  readonly clock: Clock
  /** The given one, which no stranger fills. */
  readonly log: Log
  readonly world: World
  readonly network: Network
  readonly operations: Operations
  readonly lifecycle: Lifecycle
  readonly autoDialer: AutoDialer
  readonly admission: Admission
  readonly datagrams: NodeDatagrams
  readonly resolver: Acquaintance['resolver']
  readonly onConnectSync: Acquaintance['onConnectSync']
  /** The reading path, near half. */
  readonly measuring: Measuring & Storage
  /** The languages spoken. */
  readonly speaking: Voice &
    Keeping &
    Clients &
    Pick<Society, 'catalogues'> & { readonly server: QueryServer }
  /** Hears the topics of everybody until the returned function is called. */
  readonly listen: () => () => void
  /** Tells of catalogues, those known first, until the returned function is called. */
  readonly onCatalogue: (listener: (sealed: SealedCatalogue) => void) => () => void
  /** Tells of peers that connect until the returned function is called. */
  readonly onConnect: (listener: (peer: string) => void) => () => void
}

/** Milliseconds that a part may take to start, and all of them to stop. */
const START_DEADLINE = 60_000
const STOP_DEADLINE = 4_000
/** Lines of one message that the log takes in a minute: a stranger may cause some of them. */
const LINES_A_MINUTE = 10

/** The composition root: the one place where implementations are chosen, each step upon those before it. */
export async function assemble(given: AssembleInit): Promise<Assembled> {
  const { clock } = given.world
  const log = rateLimited(given.log, clock, LINES_A_MINUTE)
  const init = { ...given, log }
  const stopping = new AbortController()
  const language = createLanguage(init)
  const links = await createLinks({ init, language })
  const society = await createSociety({ init, links })
  const clients = createClients({ init, language, links, society })
  const timekeeper = createTimekeeper({ init, society, clients }, stopping.signal)
  const storage = createStorage({ init, language, society, timekeeper })
  const keeping = createKeeping({ init, language, links, society, clients, storage })
  const heard = { init, language, links, society, clients, timekeeper, storage, keeping }
  // The one knot: what is measured goes out by the voice, and the voice tells what can be measured.
  const voice = createVoice(heard, () => measuring)
  const measuring: Measuring = createMeasuring({ ...heard, voice })
  const server = createServer({ ...heard, voice, measuring })
  const acquaintance = createAcquaintance({ ...heard, measuring })
  const switches = new Switches(init)
  const made = { ...heard, voice, measuring, server, acquaintance, switches }
  const operations = createOperations(made)
  return {
    peer: init.identity.peer,
    clock,
    log,
    world: init.world,
    network: links.network,
    operations,
    lifecycle: new Lifecycle(
      [{ name: 'log', stop: () => log.end() }, ...partsOf(made, operations, stopping)],
      {
        clock,
        log,
        startDeadline: START_DEADLINE,
        stopDeadline: STOP_DEADLINE
      }
    ),
    autoDialer: society.autoDialer,
    admission: society.admission,
    datagrams: new NodeDatagrams(links.datagrams, acquaintance.resolver, society.admission),
    resolver: acquaintance.resolver,
    onConnectSync: acquaintance.onConnectSync,
    measuring: { ...measuring, ...storage },
    speaking: { ...voice, ...keeping, ...clients, catalogues: society.catalogues, server },
    listen: () => listenToAll(made),
    onCatalogue(listener) {
      for (const sealed of society.catalogues.all()) listener(sealed)
      return society.onCatalogue(listener)
    },
    onConnect: (listener) => onConnect(links.network, listener)
  }
}

/** The listener must not throw (libp2p.md, trap 9). */
function onConnect(network: Network, listener: (peer: string) => void): () => void {
  const told = (event: CustomEvent<PeerId>): void => listener(event.detail.toString())
  network.addEventListener('peer:connect', told)
  return () => network.removeEventListener('peer:connect', told)
}
