import type { Libp2p, PeerId } from '@libp2p/interface'
import { type Cancel, type Clock, every, withDeadline } from '../clock.ts'
import { describeError } from '../error.ts'
import type { Log } from '../log.ts'

/** Which connected peers have gossip streams, as gossipsub keeps them. */
export interface GossipStreams {
  readonly streamsOutbound: ReadonlyMap<string, unknown>
  readonly streamsInbound: ReadonlyMap<string, unknown>
}

/**
 * Hangs up on peers whose connection is up while their gossip is dead, so that the neighbourhood
 * dials them anew. That happens for good after a half-open reconnect, after one RPC over the limit,
 * and where identify was missed (libp2p.md, traps 1, 2 and 15).
 * @param period milliseconds between looks; a peer is hung up on when two looks in a row found no stream
 * @param speaksGossip whether a peer told us that it speaks gossip at all
 */
export function watchGossip(init: {
  readonly libp2p: Libp2p
  readonly streams: GossipStreams
  readonly clock: Clock
  readonly log: Log
  readonly period: number
  readonly speaksGossip: (peer: PeerId) => Promise<boolean>
}): Cancel {
  let suspects = new Set<string>()
  async function look(): Promise<void> {
    const next = new Set<string>()
    for (const peer of init.libp2p.getPeers()) {
      const id = peer.toString()
      if (init.streams.streamsOutbound.has(id) && init.streams.streamsInbound.has(id)) continue
      if (!(await init.speaksGossip(peer))) continue
      if (!suspects.has(id)) {
        next.add(id)
        continue
      }
      init.log.debug(`gossip with ${id} is dead while its connection is up: connecting anew`)
      await withDeadline(init.clock, init.period, `hanging up on ${id}`, (signal) =>
        init.libp2p.hangUp(peer, { signal })
      )
    }
    suspects = next
  }
  return every(init.clock, init.period, () => {
    look().catch((error: unknown) => init.log.debug(`gossip watchdog: ${describeError(error)}`))
  })
}
