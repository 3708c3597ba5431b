/**
 * Requests and answers about readings, over streams and datagrams named after the sensor protocol
 * (docs/protocols.md sections 12 and 13): describe, read, observe, history, time.
 *
 *     const server = queryServer({ limits })({ network, datagrams, latest: hub, history, … })
 *     await server.start()
 *
 *     const client = queryClient({ limits })({ clock, verifier, openStream })
 *     const packs = await client.read(peer, ['/sensor/temp/v1'], { n: 'hall' }, signal)
 */
import {
  DatagramQueryClient,
  type DatagramQueryClientComponents,
  type DatagramQueryClientInit
} from './client/datagram-query-client.ts'
import { QueryClient, type QueryClientComponents, type QueryClientInit } from './client/query-client.ts'
import { QueryServer, type QueryServerComponents, type QueryServerInit } from './server/query-server.ts'

export type { DatagramAnswer } from './client/datagram-query.ts'
export type { HistoryEvent, HistoryQuestion } from './client/history-client.ts'
export type {
  DatagramQueryClient,
  DatagramQueryClientComponents,
  DatagramQueryClientInit,
  QueryClient,
  QueryClientComponents,
  QueryClientInit,
  QueryServer,
  QueryServerComponents,
  QueryServerInit
}

/** Answers the requests of others. */
export function queryServer(init: QueryServerInit): (components: QueryServerComponents) => QueryServer {
  return (components) => new QueryServer(components, init)
}

/** Asks others over streams. */
export function queryClient(init: QueryClientInit): (components: QueryClientComponents) => QueryClient {
  return (components) => new QueryClient(components, init)
}

/** Asks others by datagram. */
export function datagramQueryClient(
  init: DatagramQueryClientInit
): (components: DatagramQueryClientComponents) => DatagramQueryClient {
  return (components) => new DatagramQueryClient(components, init)
}
