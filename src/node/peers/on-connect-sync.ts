import type { IdentifyResult, Libp2p, Peer, PeerUpdate } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Clock } from '../../clock.ts'
import { withDeadline } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import type { QueryClient } from '../../protocol/query/index.ts'
import type { Run } from '../../reading/run.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'

export interface OnConnectSyncInit {
  readonly libp2p: Libp2p
  readonly queries: QueryClient
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds that one request may take. */
  readonly deadline: number
  /** Sensor protocols of this node, newest version first. */
  readonly protocols: () => readonly string[]
  readonly self: string
  /** Those of them that carry what we measure. */
  readonly ownProtocols: () => readonly string[]
  /** Takes a run of ours that a neighbour holds readings of. */
  readonly ownRun: (run: Run) => void
  /** Takes the latest packs of a neighbour. */
  readonly received: (sealed: SealedReadings) => void
}

/**
 * Asks each peer that connects, once a connection, for its catalogue and for our own latest readings: a home that
 * was restored from a backup learns from them that there were later runs (docs/protocols.md section 5). While
 * readings are wanted here, it also asks for the peer's latest ones, because gossip brings only those that follow.
 */
export class OnConnectSync {
  readonly #init: OnConnectSyncInit
  readonly #stopping = new AbortController()
  /** Peers described on their present connection. */
  readonly #described = new Set<string>()
  /** Peers whose latest was asked for on their present connection. */
  readonly #read = new Set<string>()
  #wanted = 0

  constructor(init: OnConnectSyncInit) {
    this.#init = init
  }

  start(): void {
    this.#init.libp2p.addEventListener('peer:update', this.#updated)
    this.#init.libp2p.addEventListener('peer:identify', this.#identified)
    this.#init.libp2p.addEventListener('peer:disconnect', this.#left)
  }

  stop(): void {
    this.#init.libp2p.removeEventListener('peer:update', this.#updated)
    this.#init.libp2p.removeEventListener('peer:identify', this.#identified)
    this.#init.libp2p.removeEventListener('peer:disconnect', this.#left)
    this.#stopping.abort(new Error('the node stops'))
  }

  /** Readings of others are wanted until the returned function is called. */
  want(): () => void {
    this.#wanted += 1
    if (this.#wanted === 1) for (const peer of this.#described) this.#sync(peer, [])
    let ended = false
    return () => {
      if (!ended) this.#wanted -= 1
      ended = true
    }
  }

  readonly #updated = (event: CustomEvent<PeerUpdate>): void => {
    const peer: Peer = event.detail.peer
    if (this.#init.libp2p.getConnections(peer.id).length > 0) this.#sync(peer.id.toString(), peer.protocols)
  }

  /** A peer that connects again with the same protocols updates nothing, but identifies itself. */
  readonly #identified = ({ detail }: CustomEvent<IdentifyResult>): void => {
    this.#sync(detail.peerId.toString(), detail.protocols)
  }

  readonly #left = (event: CustomEvent<{ toString(): string }>): void => {
    const peer = event.detail.toString()
    this.#described.delete(peer)
    this.#read.delete(peer)
  }

  /** Never throws: it is called by libp2p's listeners (docs/network.md trap 9). */
  #sync(peer: string, protocols: readonly string[]): void {
    this.#ask(peer, protocols).catch((error: unknown) =>
      this.#init.log.debug(`asking ${peer} on connect: ${describeError(error)}`)
    )
  }

  async #ask(peer: string, protocols: readonly string[]): Promise<void> {
    if (!this.#described.has(peer)) {
      if (!protocols.includes(META_TOPIC)) return
      this.#described.add(peer)
      // The verifier puts it into the table of catalogues (assembly/clients.ts).
      await this.#limited(peer, (signal) =>
        this.#init.queries.describe(peer, [META_TOPIC], {}, signal)
      ).catch((error: unknown) => {
        this.#described.delete(peer)
        throw error
      })
      await this.#readOurselves(peer)
    }
    if (this.#wanted > 0) await this.#readLatest(peer)
  }

  async #readOurselves(peer: string): Promise<void> {
    const { queries, self, ownProtocols, ownRun } = this.#init
    await this.#limited(peer, async (signal) => {
      for (const protocol of ownProtocols()) {
        const packs = await queries.read(peer, [protocol], { who: self }, signal).catch(() => [])
        for (const { position } of packs.flatMap(({ readings }) => readings)) ownRun(position)
      }
    })
  }

  async #readLatest(peer: string): Promise<void> {
    // It may have disconnected meanwhile: on its next connection it is asked anew.
    if (this.#read.has(peer) || !this.#described.has(peer)) return
    this.#read.add(peer)
    const { libp2p, queries, protocols, received } = this.#init
    const { protocols: spoken } = await libp2p.peerStore.get(peerIdFromString(peer))
    const common = protocols().filter((protocol) => spoken.includes(protocol))
    await this.#limited(peer, async (signal) => {
      for (const protocol of common) {
        const packs = await queries.read(peer, [protocol], {}, signal).catch(() => [])
        for (const sealed of packs) received(sealed)
      }
    })
  }

  #limited<T>(peer: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, deadline } = this.#init
    return withDeadline(clock, deadline, `asking ${peer} on connect`, work, this.#stopping.signal)
  }
}
