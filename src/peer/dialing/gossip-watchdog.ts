import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import { type Cancel, type Clock, every, withDeadline } from '../../clock.ts'
import { isDirect } from '../../direct.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'

/** Which connected peers have gossip streams, as gossipsub keeps them, and how it learns of a peer. */
export interface GossipStreams {
  readonly streamsOutbound: ReadonlyMap<string, unknown>
  readonly streamsInbound: ReadonlyMap<string, unknown>
  /** Opens a stream to the peer where it has none. */
  onPeerConnected(peer: PeerId, connection: Connection): void
}

/** Checks in a row that found no stream, before gossip with a peer that speaks it is begun anew. */
const CHECKS = 2
/** Of streams of gossip. */
const GOSSIP = /^\/meshsub\//

/**
 * Begins gossip anew where it is dead while the connection is up: after a half-open reconnect, after one RPC over the
 * limit, and where identify was missed (docs/network.md traps 1, 2 and 15). The connection may carry a call or a file:
 * only where gossip does not begin on it, it is closed, and the auto-dialer dials anew. Connections that are not direct
 * carry no gossip and are left open.
 * @param period milliseconds between checks; at two in a row without a stream gossip is begun anew
 * @param speaksGossip whether identify listed gossip for a peer; undefined before identify
 * @param silence milliseconds, after two checks, in which identify must have come and gossip must have begun, or the
 *   connection is closed
 */
export function watchGossip(init: {
  readonly libp2p: Libp2p
  readonly streams: GossipStreams
  readonly clock: Clock
  readonly log: Log
  readonly period: number
  readonly speaksGossip: (peer: PeerId) => Promise<boolean | undefined>
  readonly silence: number
}): Cancel {
  /** Checks in a row that found no stream, of each peer where the last check found none. */
  let suspects = new Map<string, number>()
  const silentChecks = CHECKS + Math.ceil(init.silence / init.period)

  function check(): void {
    const next = new Map<string, number>()
    for (const peer of init.libp2p.getPeers()) {
      const id = peer.toString()
      if (init.streams.streamsOutbound.has(id) && init.streams.streamsInbound.has(id)) continue
      if (!init.libp2p.getConnections(peer).some(isDirect)) continue
      const checks = (suspects.get(id) ?? 0) + 1
      next.set(id, checks)
      if (checks < CHECKS) continue
      judge(peer, checks).catch((error: unknown) =>
        init.log.debug(`gossip watchdog: ${describeError(error)}`, { peer: id })
      )
    }
    suspects = next
  }

  async function judge(peer: PeerId, checks: number): Promise<void> {
    const speaks = await init.speaksGossip(peer)
    if (speaks === false) return
    if (checks < silentChecks) {
      if (speaks === true) beginAnew(peer)
      return
    }
    suspects.delete(peer.toString())
    init.log.debug(`gossip with ${peer} is dead while its connection is up: connecting anew`)
    await withDeadline(init.clock, init.period, `hanging up on ${peer}`, (signal) =>
      init.libp2p.hangUp(peer, { signal })
    )
  }

  /**
   * Streams that gossipsub does not use any more are reset first: the other side takes one of them for its own, and opens
   * no other. gossipsub then removes the peer, so that gossip begins at the next check.
   */
  function beginAnew(peer: PeerId): void {
    const id = peer.toString()
    const { streamsInbound, streamsOutbound } = init.streams
    const connections = init.libp2p.getConnections(peer).filter(isDirect)
    const unused = connections
      .flatMap(({ streams }) => streams)
      .filter(({ protocol }) => GOSSIP.test(protocol))
      .filter(({ direction }) => !(direction === 'inbound' ? streamsInbound : streamsOutbound).has(id))
    for (const stream of unused) stream.abort(new Error('gossip begins anew'))
    const [connection] = connections
    if (unused.length === 0 && connection !== undefined) init.streams.onPeerConnected(peer, connection)
  }

  return every(init.clock, init.period, check)
}
