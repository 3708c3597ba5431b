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
  readonly #waiting = new Set<() => void>()

  /** @param capacity peers; beyond it the one heard of longest ago is removed, those that are connected after all others */
  constructor(capacity: number, isConnected: (peer: string) => boolean) {
    this.#capacity = capacity
    this.#isConnected = isConnected
  }

  get size(): number {
    return this.#roles.size
  }

  set(peer: string, protocols: readonly string[]): void {
    this.#roles.delete(peer)
    this.#roles.set(peer, {
      isServer: protocols.includes(KAD_PROTOCOL),
      isFindable: protocols.includes(FINDABLE_PROTOCOL)
    })
    if (this.#roles.size > this.#capacity) this.#removeOne(peer)
    for (const look of this.#waiting) look()
  }

  isServer(peer: string): boolean {
    return this.#roles.get(peer)?.isServer === true
  }

  isFindable(peer: string): boolean {
    return this.#roles.get(peer)?.isFindable === true
  }

  /** As isServer(), once the peer has told. @throws the signal's reason */
  async isServerInTheEnd(peer: string, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const look = (): void => {
      const role = this.#roles.get(peer)
      if (role !== undefined) resolve(role.isServer)
    }
    const onAbort = (): void => reject(signal.reason)
    this.#waiting.add(look)
    signal.addEventListener('abort', onAbort, { once: true })
    look()
    if (signal.aborted) onAbort()
    return await promise.finally(() => {
      this.#waiting.delete(look)
      signal.removeEventListener('abort', onAbort)
    })
  }

  #removeOne(newest: string): void {
    let oldest: string | undefined
    for (const peer of this.#roles.keys()) {
      if (peer === newest) continue
      oldest ??= peer
      if (this.#isConnected(peer)) continue
      oldest = peer
      break
    }
    this.#roles.delete(oldest ?? newest)
  }
}
