import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Network } from './create-network.ts'

/** Protocols of libp2p itself, which every node speaks. */
const LIBP2P = /^\/(ipfs|libp2p|meshsub|floodsub)\//

export function isOurs(protocol: string): boolean {
  return !LIBP2P.test(protocol)
}

/** The protocols that peers announced by libp2p's identify. */
export class PeerProtocols {
  readonly #network: Pick<Network, 'peerStore' | 'getPeers'>

  constructor(network: Pick<Network, 'peerStore' | 'getPeers'>) {
    this.#network = network
  }

  /** Of every known peer, connected or not. */
  async all(): Promise<Map<string, string[]>> {
    const peers = await this.#network.peerStore.all()
    return new Map(peers.map(({ id, protocols }) => [id.toString(), protocols.filter(isOurs)]))
  }

  async speaks(peer: string, protocol: string): Promise<boolean> {
    return (await this.#spoken(peerIdFromString(peer))).includes(protocol)
  }

  /** Connected peers that speak at least one of the protocols, and which of them, in the given order. */
  async speakers(protocols: readonly string[]): Promise<{ peer: string; spoken: string[] }[]> {
    const connected = await Promise.all(
      this.#network.getPeers().map(async (id) => {
        const announced = await this.#spoken(id)
        const spoken = protocols.filter((protocol) => announced.includes(protocol))
        return { peer: id.toString(), spoken }
      })
    )
    return connected.filter(({ spoken }) => spoken.length > 0)
  }

  /** Nothing of a peer that is not known. */
  async #spoken(id: PeerId): Promise<readonly string[]> {
    const { protocols } = await this.#network.peerStore.get(id).catch(() => ({ protocols: [] }))
    return protocols
  }
}
