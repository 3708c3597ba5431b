/**
 * Datagrams: unreliable, unordered, encrypted, authenticated by PeerId, with a negotiated ProtocolName.
 *
 *     datagrams.handle('/voice/pcm/v1', (flow) => (bytes) => play(bytes))
 *
 *     const flow = await datagrams.open(peer, ['/voice/pcm/v1'], { receive: play })
 *     flow.send(bytes)
 *
 * Keys are agreed over a stream of an authenticated libp2p connection (frame.ts, keys.ts); packets go by
 * UDP where that has been proven to arrive (packet.ts, path.ts), else over the stream.
 */

import { Libp2pControl, type Libp2pControlOptions } from './control/libp2p.ts'
import { Datagrams, type DatagramsOptions } from './datagrams.ts'

export type { Accept } from './components.ts'
export { DATAGRAM_PROTOCOL } from './constants.ts'
export type { DropReason, Traffic } from './counters.ts'
export type { Datagrams, DatagramsStatus, OpenOptions, SessionStatus } from './datagrams.ts'
export { DatagramExchange, type ExchangeOptions, type Identified } from './exchange.ts'
export type { Carrier, DatagramFlow, EndReason, Receive, Redundancy as Ways } from './flow.ts'
export { type DatagramLimits, defaultDatagramLimits, type Rate } from './limits.ts'

export type CreateDatagramsOptions = Omit<DatagramsOptions, 'dialer'> & Libp2pControlOptions

/** Datagrams over the connections of a libp2p node. */
export function createDatagrams({
  libp2p,
  listening,
  onLink,
  ...options
}: CreateDatagramsOptions): Datagrams {
  return new Datagrams({ ...options, dialer: new Libp2pControl({ libp2p, listening, onLink }) })
}
