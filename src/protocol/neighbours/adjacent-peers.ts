import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { isPeerId } from '../../reading/series.ts'
import { NEIGHBOURS_PROTOCOL } from './constants.ts'

/** A peer with an open direct connection whose identify names the protocol. */
export interface AdjacentPeer {
  readonly peer: string
  /** IP address of the connection; undefined in memory. */
  readonly host: string | undefined
  /** Clock.monotonic() when its identify was received. */
  readonly since: number
}

/** What it needs of libp2p. */
export type AdjacentNetwork = Pick<
  Libp2p,
  | 'register'
  | 'unregister'
  | 'getConnections'
  | 'getPeers'
  | 'peerStore'
  | 'addEventListener'
  | 'removeEventListener'
>

export interface AdjacentPeersInit {
  readonly network: AdjacentNetwork
  readonly clock: Clock
  /** Whether no relay and no neighbour carries a connection, and its remote IP address. */
  readonly factsOf: (connection: Connection) => {
    readonly direct: boolean
    readonly host: string | undefined
  }
}

/** Keeps which connected peers handle the protocol: those whom a node may name, and may ask. */
export class AdjacentPeers {
  readonly #init: AdjacentPeersInit
  readonly #speakers = new Map<string, { readonly id: PeerId; readonly since: number }>()
  #topology = ''

  constructor(init: AdjacentPeersInit) {
    this.#init = init
  }

  async start(): Promise<void> {
    const { network } = this.#init
    this.#topology = await network.register(NEIGHBOURS_PROTOCOL, {
      onConnect: (id) => this.#add(id),
      onDisconnect: (id) => {
        this.#speakers.delete(id.toString())
      }
    })
    // A topology hears nothing of the end of a peer that has left the peer store.
    network.addEventListener('peer:disconnect', this.#gone)
    // Nor does it hear of those that were identified before it was registered.
    for (const id of network.getPeers()) {
      const known = await network.peerStore.get(id).catch(() => undefined)
      if (known?.protocols.includes(NEIGHBOURS_PROTOCOL) === true) this.#add(id)
    }
  }

  stop(): void {
    const { network } = this.#init
    network.unregister(this.#topology)
    network.removeEventListener('peer:disconnect', this.#gone)
    this.#speakers.clear()
  }

  all(): AdjacentPeer[] {
    return [...this.#speakers].flatMap(([peer, { id, since }]) => {
      const connection = this.#directConnection(id)
      return connection === undefined ? [] : [{ peer, since, host: this.#init.factsOf(connection).host }]
    })
  }

  /** The connection over which a peer is asked. */
  connection(peer: string): Connection | undefined {
    const speaker = this.#speakers.get(peer)
    return speaker && this.#directConnection(speaker.id)
  }

  #add(id: PeerId): void {
    const peer = id.toString()
    const since = this.#speakers.get(peer)?.since ?? this.#init.clock.monotonic()
    if (isPeerId(peer)) this.#speakers.set(peer, { id, since })
  }

  #directConnection(id: PeerId): Connection | undefined {
    return this.#init.network
      .getConnections(id)
      .find((one) => one.status === 'open' && this.#init.factsOf(one).direct)
  }

  readonly #gone = (event: CustomEvent<PeerId>): void => {
    this.#speakers.delete(event.detail.toString())
  }
}
