import { type Addresses, addresses } from '../../../protocol/addresses/index.ts'
import type { Components } from '../components.ts'

/** A node for one command asks, and tells nothing: it ends before it could be dialled. */
export function createAddresses({
  init: { config, world, log, shortLived },
  transports: { network, own },
  peers: { admission, autoDialer, told }
}: Pick<Components, 'init' | 'transports' | 'peers'>): Addresses {
  const made = addresses({ limits: config.limits.addresses, isOffered: !shortLived })({
    network,
    clock: world.clock,
    log,
    // Far from here, only the book is answered.
    isKnown: (peer) => admission.answers({ peer, host: undefined, direct: false }),
    own: () => (shortLived ? [] : own.all()),
    told: (peer, heard) => {
      if (told.add(peer, heard)) autoDialer.toldAnew(peer)
    }
  })
  told.askBy(async (peer, signal) => {
    const connection = autoDialer.connection(peer)
    return connection === undefined ? [] : await made.exchange(connection, signal)
  })
  return made
}
