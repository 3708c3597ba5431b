import type { Network } from './create-network.ts'

/** Protocols of libp2p itself say nothing about what a node is for. */
const LIBP2P = /^\/(ipfs|libp2p|meshsub|floodsub)\//

export function isOurs(protocol: string): boolean {
  return !LIBP2P.test(protocol)
}

/** What peers say that they speak (libp2p's identify). */
export class PeerProtocols {
  readonly #network: Pick<Network, 'peerStore' | 'getPeers'>

  constructor(network: Pick<Network, 'peerStore' | 'getPeers'>) {
    this.#network = network
  }

  /** Of every peer that is known, connected or not. */
  async all(): Promise<Map<string, string[]>> {
    const peers = await this.#network.peerStore.all()
    return new Map(peers.map(({ id, protocols }) => [id.toString(), protocols.filter(isOurs)]))
  }

  async speaks(peer: string, protocol: string): Promise<boolean> {
    return (await this.all()).get(peer)?.includes(protocol) === true
  }

  /** Those connected who speak one of the protocols, and which of them, in the given order. */
  async speakers(protocols: readonly string[]): Promise<{ peer: string; spoken: string[] }[]> {
    const all = await this.all()
    return this.#network.getPeers().flatMap((id) => {
      const peer = id.toString()
      const spoken = protocols.filter((protocol) => all.get(peer)?.includes(protocol) === true)
      return spoken.length === 0 ? [] : [{ peer, spoken }]
    })
  }
}
