import type { Startable } from '../../startable.ts'
import type { Operations } from '../api/operations.ts'
import { datagramPart } from '../network/datagrams.ts'
import { discoveryPart, watchdogPart } from '../network/startables.ts'
import { rememberBook } from '../peers/book-file.ts'
import type { Layers } from './components.ts'
import { controlParts } from './control.ts'
import { catalogueParts, gossipPart } from './publishing.ts'
import { queriesPart } from './query-server.ts'
import { keepingPart } from './replication.ts'
import { measuringParts } from './sensing.ts'
import { historyPart } from './storage.ts'

/** In the order in which they start; they stop in reverse. */
export function partsOf(made: Layers, operations: Operations, stopping: AbortController): Startable[] {
  const { init, links, society, timekeeper, acquaintance, switches } = made
  const { home, world, log, carrier } = init
  const { network, datagrams } = links
  const { autoDialer, book } = society
  const { onConnectSync } = acquaintance
  return [
    { name: 'home', stop: () => home?.close() },
    { name: 'world', stop: () => world.close() },
    historyPart(made),
    { name: 'time', start: () => timekeeper.start(), stop: () => timekeeper.stop() },
    { name: 'neighbourhood', start: () => autoDialer.start(), stop: () => autoDialer.stop() },
    { name: 'introductions', start: () => onConnectSync.start(), stop: () => onConnectSync.stop() },
    { name: 'network', start: () => network.start(), stop: () => network.stop() },
    ...(datagrams === undefined ? [] : [datagramPart(datagrams)]),
    queriesPart(made),
    gossipPart(made),
    keepingPart(made),
    ...catalogueParts(made),
    ...measuringParts(made),
    ...(carrier.discovery ? [discoveryPart({ ...init, ...links, autoDialer })] : []),
    watchdogPart({ ...init, network }),
    { name: 'book', start: () => rememberBook(book, autoDialer, log) },
    // Stopped before anything that may take its time.
    ...switches.parts,
    { name: 'questions', stop: () => stopping.abort(new Error('the node stops')) },
    ...controlParts(init, operations)
  ]
}
