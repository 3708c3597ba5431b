/**
 * Datagrams: unreliable, unordered, encrypted, authenticated by PeerId, with a negotiated ProtocolName
 * (docs/protocols.md section 13).
 *
 *     datagrams.handle('/voice/pcm/v1', (flow) => (bytes) => play(bytes))
 *
 *     const flow = await datagrams.open(peer, ['/voice/pcm/v1'], { receive: play })
 *     flow.send(bytes)
 *
 * Keys are agreed over a stream of an authenticated libp2p connection (control/, packet/); packets go by
 * UDP once a probe has shown that they arrive (path/), else over the stream (carrier/).
 */

import { Libp2pControl, type Libp2pControlOptions } from './control/libp2p.ts'
import { Datagrams, type DatagramsOptions } from './datagrams.ts'
import { type DatagramLimits, defaultDatagramLimits } from './limits.ts'

export type { Accept } from './components.ts'
export { DATAGRAM_PROTOCOL } from './constants.ts'
export type { DropReason, Traffic } from './counters.ts'
export type { Datagrams, DatagramsStatus, OpenOptions, SessionStatus } from './datagrams.ts'
export { DatagramExchange, type ExchangeOptions, type Identified } from './exchange.ts'
export type { Carrier, DatagramFlow, EndReason, Receive, Redundancy } from './flow.ts'
export { type DatagramLimits, defaultDatagramLimits } from './limits.ts'

export interface DatagramsInit {
  /** In place of the defaults for a PC. */
  readonly limits?: Partial<DatagramLimits>
  /** UDP port for both families; that of TCP unless given. */
  readonly port?: number
}

export type DatagramsComponents = Libp2pControlOptions &
  Pick<DatagramsOptions, 'sockets' | 'clock' | 'random' | 'inBook' | 'log'>

/** Datagrams over the connections of a libp2p node. */
export function datagrams({
  limits,
  ...init
}: DatagramsInit = {}): (components: DatagramsComponents) => Datagrams {
  return ({ libp2p, listening, onLink, connect, best, ...components }) =>
    new Datagrams({
      ...init,
      ...components,
      limits: { ...defaultDatagramLimits, ...limits },
      dialer: new Libp2pControl({ libp2p, listening, onLink, connect, best })
    })
}
