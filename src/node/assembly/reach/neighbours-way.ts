import { NeighboursWay } from '../../peers/neighbours-way.ts'
import type { Components } from '../components.ts'

/** Lets a peer be reached through neighbours, which are asked for paths to it. */
export function addNeighboursWay({
  init: { world },
  peers: { paths, directory },
  neighbours,
  via
}: Pick<Components, 'init' | 'peers' | 'neighbours' | 'via'>): void {
  paths.add(
    new NeighboursWay({
      clock: world.clock,
      findPaths: (...search) => neighbours.findPaths(...search),
      openVia: (path, peer, signal) => via.openVia(path, peer, signal),
      pathFailed: (path) => neighbours.pathFailed(path),
      labelOf: (peer) => directory.labelOf(peer)
    })
  )
}
