/**
 * The DHT of nodes of kith, `/kith/kad/1.0.0` (docs/protocols.md section 22): where a peer is that no neighbour sees.
 *
 *     const service = dht({ limits, bootstrap, serve: false, isFindable: true })({ libp2p, clock, … })
 *     await service.start()
 *     const addresses = await service.find(peer, signal)
 */
import { Dht, type DhtComponents, type DhtInit } from './dht.ts'

export type { DhtStatus } from './dht.ts'
export type { KadComponents } from './kad.ts'
export type { Dht, DhtComponents, DhtInit }

export function dht(init: DhtInit): (components: DhtComponents) => Dht {
  return (components) => new Dht(components, init)
}
