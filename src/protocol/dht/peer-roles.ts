import { FINDABLE_PROTOCOL, KAD_PROTOCOL } from './constants.ts'

interface Role {
  readonly isServer: boolean
  readonly isFindable: boolean
}

/**
 * What peers are to the DHT by the protocols that their identify named. libp2p's peer store has besides what a peer
 * opened a stream of: whoever asks would seem to be a server.
 */
export class PeerRoles {
  readonly #capacity: number
  readonly #isConnected: (peer: string) => boolean
  readonly #roles = new Map<string, Role>()

  /** @param capacity peers; beyond it the one heard of longest ago is removed, those that are connected after all others */
  constructor(capacity: number, isConnected: (peer: string) => boolean) {
    this.#capacity = capacity
    this.#isConnected = isConnected
  }

  get size(): number {
    return this.#roles.size
  }

  set(peer: string, protocols: readonly string[]): void {
    const role = {
      isServer: protocols.includes(KAD_PROTOCOL),
      isFindable: protocols.includes(FINDABLE_PROTOCOL)
    }
    this.#roles.delete(peer)
    if (!role.isServer && !role.isFindable) return
    this.#roles.set(peer, role)
    if (this.#roles.size > this.#capacity) this.#removeOne(peer)
  }

  isServer(peer: string): boolean {
    return this.#roles.get(peer)?.isServer === true
  }

  isFindable(peer: string): boolean {
    return this.#roles.get(peer)?.isFindable === true
  }

  #removeOne(newest: string): void {
    const others = [...this.#roles.keys()].filter((peer) => peer !== newest)
    const absent = others.find((peer) => !this.#isConnected(peer))
    this.#roles.delete(absent ?? others[0] ?? newest)
  }
}
