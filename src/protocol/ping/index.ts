/**
 * Round trips between nodes: `/kith/ping/v1` by datagram (docs/protocols.md section 13), `/ipfs/ping/1.0.0`
 * over a stream, which libp2p answers.
 *
 *     const service = ping({ answers: (flow) => access.answers(flow) })({ datagrams })
 *     service.start()
 *
 *     const pinger = await Pinger.open(datagrams, peer, clock, signal)
 *     const { rtt, carrier } = await pinger.ping(5000, signal)
 */
import { type PingComponents, type PingInit, PingService } from './ping.ts'

export { PING_PROTOCOL } from './constants.ts'
export type { PingComponents, PingInit, PingService } from './ping.ts'
export { Pinger, type RoundTripTime } from './pinger.ts'
export { streamRoundTrip } from './stream-ping.ts'

/** Its start() answers pings by datagram; streams are answered by libp2p's own ping. */
export function ping(init: PingInit): (components: PingComponents) => PingService {
  return (components) => new PingService(components, init)
}
