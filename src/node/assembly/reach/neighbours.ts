import { isDirect } from '../../../direct.ts'
import { type Neighbours, neighbours } from '../../../protocol/neighbours/index.ts'
import { remoteHost } from '../../network/create-network.ts'
import type { Components } from '../components.ts'
import { randomFloat } from '../random.ts'

/** A node for one command asks, and is not listed: it is gone before anybody could use it. */
export function createNeighbours({
  init: { config, world, log, identity, shortLived },
  transports: { network, local },
  peers: { admission, inBook }
}: Pick<Components, 'init' | 'transports' | 'peers'>): Neighbours {
  return neighbours({
    limits: config.limits.neighbours,
    isListed: !config.unlisted && !shortLived
  })({
    self: identity.peer,
    network,
    clock: world.clock,
    log,
    random: () => randomFloat(world),
    admission,
    inBook,
    sharesLink: (one, other) => local.sharesLink(one, other),
    callerOf: (connection) => ({
      peer: connection.remotePeer.toString(),
      host: remoteHost(connection),
      direct: isDirect(connection)
    })
  })
}
