import { isDirect } from '../../../direct.ts'
import { hostPort } from '../../../peer/discovery/multiaddr-host.ts'
import { type Neighbours, neighbours } from '../../../protocol/neighbours/index.ts'
import type { Components } from '../components.ts'
import { randomFloat } from '../random.ts'

/** A node for one command asks and is not listed: it ends before another peer could use it. */
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
      // With its zone: a link-local host is on one link alone.
      host: hostPort(connection.remoteAddr)?.host,
      direct: isDirect(connection)
    })
  })
}
