import { EachMinute } from '../../../log.ts'
import { UnpairListener } from '../../../protocol/pair/unpair.ts'
import { PairingOnDemand } from '../../pairing/on-demand.ts'
import type { Components } from '../components.ts'

/** Peers of the book that are logged in a minute for having removed this node. */
const MAX_TOLD = 16

export function createPairing({
  init: { identity, world, log, shortLived },
  live,
  transports: { network },
  peers: { access, admission, book, directory, autoDialer },
  peerLookup: { resolver }
}: Pick<Components, 'init' | 'live' | 'transports' | 'peers' | 'peerLookup'>): PairingOnDemand {
  const { clock } = world
  const told = new EachMinute(clock, MAX_TOLD)
  const denies = (peer: string): boolean => admission.denies(peer)
  const listener = new UnpairListener({
    network,
    clock,
    log,
    isKnown: (peer) => book.ofPeer(peer) !== undefined && !denies(peer),
    heard(peer) {
      if (!told.take(peer)) return
      const who = directory.labelOf(peer)
      log.warn(`${who} has removed this node from its book`, { peer, hint: `kith unpair ${who}` })
    }
  })
  return new PairingOnDemand(
    {
      self: identity.peer,
      config: () => live.current,
      clock,
      log,
      network,
      denies,
      book,
      access,
      things: () => [...live.current.sensors, ...live.current.switches].map(({ name }) => name),
      directory,
      autoDialer,
      resolver
    },
    shortLived ? undefined : listener
  )
}
