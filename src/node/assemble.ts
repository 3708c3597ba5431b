import type { PeerId } from '@libp2p/interface'
import type { Operations } from './api/operations.ts'
import type { AssembleInit } from './assembly/assemble-init.ts'
import { createClients } from './assembly/clients.ts'
import type { CatalogueListener, Components, Peers, Sensing } from './assembly/components.ts'
import { takeLive } from './assembly/live/live-parts.ts'
import { createManage } from './assembly/live/manage.ts'
import { createOperations, viewContext } from './assembly/operations.ts'
import { createRules } from './assembly/outputs/rules.ts'
import { createSwitches } from './assembly/outputs/switches.ts'
import { createPeerLookup } from './assembly/peer-lookup.ts'
import { createPeers } from './assembly/peers.ts'
import { createProtocols } from './assembly/protocols.ts'
import { createPublishing, listenToAll } from './assembly/publishing.ts'
import { createQueryServer } from './assembly/query-server.ts'
import { createAddresses } from './assembly/reach/addresses.ts'
import { createDht } from './assembly/reach/dht.ts'
import { createNeighbours } from './assembly/reach/neighbours.ts'
import { addNeighboursWay } from './assembly/reach/neighbours-way.ts'
import { createPairing } from './assembly/reach/pairing.ts'
import { createRelays } from './assembly/reach/relay.ts'
import { createVia } from './assembly/reach/via.ts'
import { createReplication } from './assembly/replication.ts'
import { createSensing } from './assembly/sensing.ts'
import { startOrder } from './assembly/start-order.ts'
import { createStorage } from './assembly/storage.ts'
import { createTimekeeper } from './assembly/time.ts'
import { createTransports } from './assembly/transports.ts'
import { LiveConfig } from './configuration/live-config.ts'
import { Lifecycle } from './lifecycle.ts'
import { rateLimited } from './log/rate.ts'
import { RecentLines } from './log/recent-lines.ts'
import type { Network } from './network/create-network.ts'
import { NodeDatagrams } from './network/datagrams.ts'

/** All components of a node, not started. */
export interface Assembled extends Components {
  readonly operations: Operations
  readonly lifecycle: Lifecycle
  /** As an application uses them. */
  readonly datagrams: NodeDatagrams
  /** Subscribes to every topic until the returned function is called. */
  readonly listen: () => () => void
  /** Calls the listener with the known catalogues, then with each newer one, until the returned function is called. */
  readonly onCatalogue: (listener: CatalogueListener) => () => void
  /** Calls the listener with each peer that connects until the returned function is called. */
  readonly onConnect: (listener: (peer: string) => void) => () => void
}

/** Milliseconds that one component may take to start, and all of them to stop. */
const START_DEADLINE = 60_000
const STOP_DEADLINE = 4_000
/** Lines of one message a minute: strangers can cause some of them. */
const LINES_A_MINUTE = 10

/**
 * The composition root: the one place where implementations are chosen. Each step takes components made before it.
 */
export async function assemble(given: AssembleInit): Promise<Assembled> {
  const { clock } = given.world
  const recent = new RecentLines({ clock, ...given.config.limits.manage })
  const log = rateLimited(recent.tee(given.log), clock, LINES_A_MINUTE)
  const init = { ...given, log }
  const stopping = new AbortController()
  const live = new LiveConfig({ config: init.config, source: init.configSource, clock, log })
  const protocols = createProtocols(init)
  const transports = await createTransports({ init, protocols }, () => peers)
  const peers: Peers = await createPeers({ init, live, transports })
  const clients = createClients({ init, protocols, transports, peers })
  const timekeeper = createTimekeeper({ init, peers, clients }, stopping.signal)
  const storage = createStorage({ init, protocols, peers, clients, timekeeper })
  const replication = createReplication({ init, protocols, transports, peers, clients, storage })
  const base = { init, live, recent, protocols, transports, peers, clients, timekeeper, storage, replication }
  // A circle: the catalogue that is published lists the sensors and switches, whose readings are published.
  const publishing = createPublishing(base, () => ({ sensing, ...outputs }))
  const sensing: Sensing = createSensing({ ...base, publishing })
  const outputs = createSwitches({ ...base, sensing })
  const server = createQueryServer({ ...base, publishing, sensing, ...outputs })
  const peerLookup = createPeerLookup({ ...base, sensing })
  const neighbours = createNeighbours(base)
  const via = createVia(base)
  const addresses = createAddresses(base)
  addNeighboursWay({ ...base, neighbours, via })
  const relays = createRelays(base)
  const dht = await createDht(base)
  const pairing = createPairing({ ...base, peerLookup })
  const manage = createManage(base, () => operations, stopping.signal)
  const made = {
    ...base,
    publishing,
    sensing,
    server,
    peerLookup,
    neighbours,
    via,
    addresses,
    pairing,
    relays,
    dht,
    ...outputs,
    manage
  }
  const rules = createRules(made, viewContext(made))
  const components = { ...made, rules }
  takeLive(components, stopping.signal)
  const operations: Operations = createOperations(components)
  const { resolver } = peerLookup
  return {
    ...components,
    operations,
    lifecycle: new Lifecycle(
      [{ name: 'log', stop: () => log.end() }, ...startOrder(components, operations, stopping)],
      { clock, log, startDeadline: START_DEADLINE, stopDeadline: STOP_DEADLINE }
    ),
    datagrams: new NodeDatagrams(transports.datagrams, resolver, peers.access),
    listen: () => listenToAll(components),
    onCatalogue(listener) {
      for (const sealed of peers.catalogues.all()) listener(sealed)
      return peers.onCatalogue(listener)
    },
    onConnect: (listener) => onConnect(transports.network, listener)
  }
}

/** The listener must not throw (docs/network.md trap 9). */
function onConnect(network: Network, listener: (peer: string) => void): () => void {
  const onEvent = (event: CustomEvent<PeerId>): void => listener(event.detail.toString())
  network.addEventListener('peer:connect', onEvent)
  return () => network.removeEventListener('peer:connect', onEvent)
}
