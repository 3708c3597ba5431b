import type { Libp2p, PeerId } from '@libp2p/interface'
import { type Cancel, type Clock, every, withDeadline } from '../../clock.ts'
import { isDirect } from '../../direct.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'

/** Which connected peers have gossip streams, as gossipsub keeps them. */
export interface GossipStreams {
  readonly streamsOutbound: ReadonlyMap<string, unknown>
  readonly streamsInbound: ReadonlyMap<string, unknown>
}

/** Checks in a row that found no stream, before the connection to a peer that speaks gossip is closed. */
const CHECKS = 2

/**
 * Closes connections on which gossip is dead, so that the auto-dialer dials anew. Gossip stays dead after a half-open
 * reconnect, after one RPC over the limit, and where identify was missed (docs/network.md traps 1, 2 and 15).
 * Connections that are not direct carry no gossip and are left open.
 * @param period milliseconds between checks; two in a row without a stream close the connection
 * @param speaksGossip whether identify listed gossip for a peer; undefined before identify
 * @param silence milliseconds in which identify must have come, or the connection is closed too (docs/network.md trap 15)
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
    if (speaks === false || (speaks === undefined && checks < silentChecks)) return
    suspects.delete(peer.toString())
    init.log.debug(`gossip with ${peer} is dead while its connection is up: connecting anew`)
    await withDeadline(init.clock, init.period, `hanging up on ${peer}`, (signal) =>
      init.libp2p.hangUp(peer, { signal })
    )
  }

  return every(init.clock, init.period, check)
}
