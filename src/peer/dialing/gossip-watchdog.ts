import type { Libp2p, PeerId } from '@libp2p/interface'
import { type Cancel, type Clock, every, withDeadline } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'

/** Which connected peers have gossip streams, as gossipsub keeps them. */
export interface GossipStreams {
  readonly streamsOutbound: ReadonlyMap<string, unknown>
  readonly streamsInbound: ReadonlyMap<string, unknown>
}

/** Looks in a row that found no stream, before a peer that speaks gossip is hung up on. */
const LOOKS = 2

/**
 * Hangs up on peers whose connection is up while their gossip is dead, so that the neighbourhood
 * dials them anew. That happens for good after a half-open reconnect, after one RPC over the limit,
 * and where identify was missed (libp2p.md, traps 1, 2 and 15). Over a relay that limits the connection no
 * gossip goes at all: none is missed there.
 * @param period milliseconds between looks; a peer is hung up on when two looks in a row found no stream
 * @param speaksGossip whether a peer told us that it speaks gossip; undefined where it has told nothing yet
 * @param silence milliseconds in which it must have told, or it is hung up on as well (trap 15)
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
  /** Looks in a row that found no stream, of each peer where the last did. */
  let suspects = new Map<string, number>()
  const silentLooks = LOOKS + Math.ceil(init.silence / init.period)

  function look(): void {
    const next = new Map<string, number>()
    for (const peer of init.libp2p.getPeers()) {
      const id = peer.toString()
      if (init.streams.streamsOutbound.has(id) && init.streams.streamsInbound.has(id)) continue
      if (init.libp2p.getConnections(peer).every(({ limits }) => limits !== undefined)) continue
      const looks = (suspects.get(id) ?? 0) + 1
      next.set(id, looks)
      if (looks < LOOKS) continue
      judge(peer, looks).catch((error: unknown) =>
        init.log.debug(`gossip watchdog: ${describeError(error)}`, { peer: id })
      )
    }
    suspects = next
  }

  async function judge(peer: PeerId, looks: number): Promise<void> {
    const speaks = await init.speaksGossip(peer)
    if (speaks === false || (speaks === undefined && looks < silentLooks)) return
    suspects.delete(peer.toString())
    init.log.debug(`gossip with ${peer} is dead while its connection is up: connecting anew`)
    await withDeadline(init.clock, init.period, `hanging up on ${peer}`, (signal) =>
      init.libp2p.hangUp(peer, { signal })
    )
  }

  return every(init.clock, init.period, look)
}
