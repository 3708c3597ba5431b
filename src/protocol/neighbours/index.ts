/**
 * Who sees whom, `/kith/neighbours/v1` (docs/protocols.md section 18): a node answers its neighbours whom it is
 * connected with, and over which of its neighbours a peer can be reached.
 *
 *     const service = neighbours({ limits, isListed: true })({ network, clock, log, admission, … })
 *     await service.start()
 *     const distant = await service.distantPeers([], signal)
 *     const [path] = await service.findPaths(peer, signal)
 */
import type { NeighboursComponents, NeighboursInit } from './components.ts'
import { Neighbours } from './neighbours.ts'

export type { DistantPeer } from './survey.ts'
export type { Neighbours, NeighboursComponents, NeighboursInit }

export function neighbours(init: NeighboursInit): (components: NeighboursComponents) => Neighbours {
  return (components) => new Neighbours(components, init)
}
