import type { Connection } from '@libp2p/interface'
import { isDirect, remoteHost } from '../../../direct.ts'
import { type Via, via } from '../../../protocol/via/index.ts'
import { circuitsOf } from '../../../protocol/via/limits.ts'
import type { Components } from '../components.ts'

/** A node for one command carries nothing for others: it is gone before long. */
export function createVia({
  init: { config, world, shortLived },
  transports: { network },
  peers: { admission, inBook }
}: Pick<Components, 'init' | 'transports' | 'peers'>): Via {
  const { serve, accept } = config.via
  // Far from here, only the book is answered.
  const isKnown = (peer: string): boolean => admission.answers({ peer, host: undefined, direct: false })
  const isNear = (connection: Connection): boolean =>
    admission.answers({
      peer: connection.remotePeer.toString(),
      host: remoteHost(connection),
      direct: isDirect(connection)
    })
  const serves = {
    off: () => false,
    book: (connection: Connection) => isKnown(connection.remotePeer.toString()),
    near: isNear
  }[shortLived ? 'off' : serve]
  const circuits = circuitsOf(config.limits.via.circuits, process.arch)
  return via({
    limits: { ...config.limits.via, circuits },
    isOffered: !shortLived && (serve !== 'off' || accept !== 'off'),
    serves,
    accepts: (peer) => accept === 'book' && isKnown(peer),
    inBook
  })({ network, upgrader: network.services.components.upgrader, clock: world.clock })
}
