import { ping } from '../../protocol/ping/index.ts'
import type { Startable } from '../../startable.ts'
import type { Operations } from '../api/operations.ts'
import { MemoryTrimmer } from '../memory-trimmer.ts'
import { discoveryStartable, interfacesStartable, watchdogStartable } from '../network/startables.ts'
import { BookDials } from '../peers/book-dials.ts'
import { BookWatch } from '../peers/book-watch.ts'
import type { Components } from './components.ts'
import { controlStartables } from './control.ts'
import { sensingStartables } from './sensing.ts'
import { historyStartable } from './storage.ts'

/** In the order in which they start; they stop in reverse. */
export function startOrder(
  components: Components,
  operations: Operations,
  stopping: AbortController
): Startable[] {
  const {
    init,
    live,
    transports,
    peers,
    clients,
    timekeeper,
    server,
    replication,
    publishing,
    peerLookup,
    neighbours,
    via,
    addresses,
    pairing,
    relays,
    dht,
    switches,
    manage,
    rules
  } = components
  const { home, world, log, carrier } = init
  const { network, datagrams } = transports
  const { access, autoDialer, book } = peers
  const { queries, datagramQueries } = clients
  const { gossip, cataloguePublisher } = publishing
  const { onConnectSync, sharedKeys } = peerLookup
  const bookDials = new BookDials({ autoDialer, clock: world.clock, log })
  const onOwnKey = (own: string, other: string): void => sharedKeys.announced(own, other)
  return [
    { name: 'home', stop: () => home?.close() },
    { name: 'world', stop: () => world.close() },
    ...(world.memory === undefined ? [] : [new MemoryTrimmer(world.clock, world.memory)]),
    historyStartable(components),
    timekeeper,
    { name: 'auto-dialer', start: () => autoDialer.start(), stop: () => autoDialer.stop() },
    { name: 'on-connect sync', start: () => onConnectSync.start(), stop: () => onConnectSync.stop() },
    sharedKeys,
    { name: 'network', start: () => network.start(), stop: () => network.stop() },
    ...(datagrams === undefined ? [] : [datagrams]),
    ...(datagrams === undefined ? [] : [ping({ answers: (flow) => access.answers(flow) })({ datagrams })]),
    queries,
    ...(datagramQueries === undefined ? [] : [datagramQueries]),
    server,
    neighbours,
    via,
    addresses,
    pairing,
    manage,
    relays.startable,
    ...(dht === undefined ? [] : [dht]),
    gossip,
    replication.replicator,
    // A node for one command publishes no catalogue.
    ...(init.shortLived ? [] : [cataloguePublisher]),
    ...sensingStartables(components),
    carrier.discovery
      ? discoveryStartable({ ...init, ...transports, autoDialer, onOwnKey })
      : interfacesStartable({ ...init, ...transports, autoDialer }),
    watchdogStartable({ ...init, network }),
    { name: 'book', start: () => bookDials.remember(book.entries()), stop: () => bookDials.stop() },
    ...(home === undefined || init.shortLived ? [] : [bookWatch(components, bookDials)]),
    ...(peers.lastGood === undefined ? [] : [peers.lastGood]),
    // Switches stop first but for what commands and changes them, so that nothing delays their safe state.
    switches.startable,
    rules,
    live.startable,
    { name: 'requests', stop: () => stopping.abort(new Error('the node stops')) },
    ...controlStartables(init, operations)
  ]
}

function bookWatch({ init: { world, log }, peers: { book } }: Components, bookDials: BookDials): BookWatch {
  return new BookWatch({
    book,
    clock: world.clock,
    log,
    changed: (entries) => bookDials.remember(entries)
  })
}
