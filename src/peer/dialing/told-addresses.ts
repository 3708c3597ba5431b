import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { BoundedMap } from '../../bounded-map.ts'
import { announcedAddresses, type Here } from './dial-addresses.ts'

export interface ToldAddressesInit extends Here {
  readonly peerStore: Pick<Libp2p['peerStore'], 'get'>
  readonly inBook: (peer: string) => boolean
  /** Peers of the book whose word is remembered. */
  readonly peers: number
}

/** Asks a peer of the book where it is, over an open connection. */
export type AskAddresses = (peer: string, signal: AbortSignal) => Promise<readonly Multiaddr[]>

/** Where peers say they are: all by identify, those of the book by the exchange of addresses as well. */
export class ToldAddresses {
  readonly #init: ToldAddressesInit
  readonly #exchanged: BoundedMap<string, readonly Multiaddr[]>
  #ask: AskAddresses = async () => []

  constructor(init: ToldAddressesInit) {
    this.#init = init
    this.#exchanged = new BoundedMap(init.peers)
  }

  /** The exchange, which is made later than this. */
  askBy(ask: AskAddresses): void {
    this.#ask = ask
  }

  /** Takes what a peer of the book told. @returns whether it told something else before */
  add(peer: string, addresses: readonly Multiaddr[]): boolean {
    const before = this.#exchanged.touch(peer)
    this.#exchanged.set(peer, addresses)
    return textOf(before ?? []) !== textOf(addresses)
  }

  /** @returns the addresses that a peer of the book told */
  forget(peer: string): readonly Multiaddr[] {
    const before = this.#exchanged.get(peer) ?? []
    this.#exchanged.delete(peer)
    return before
  }

  /**
   * Those of a peer's own word that may be dialled.
   * @param isConnected asks it anew, over the connection that is open
   */
  async of(id: PeerId, isConnected: boolean, signal: AbortSignal): Promise<Multiaddr[]> {
    const { peerStore, inBook } = this.#init
    const peer = id.toString()
    const isInBook = inBook(peer)
    // A peer that does not speak it, or does not answer, has said what it said before.
    if (isConnected && isInBook) await this.#ask(peer, signal).catch(() => [])
    const exchanged = isInBook ? (this.#exchanged.get(peer) ?? []) : []
    const { addresses } = await peerStore.get(id).catch(() => ({ addresses: [] }))
    const all = [...exchanged, ...addresses.map(({ multiaddr }) => multiaddr)]
    const once = new Map(all.map((address) => [address.toString(), address]))
    return announcedAddresses([...once.values()], this.#init, isInBook)
  }
}

function textOf(addresses: readonly Multiaddr[]): string {
  return addresses.map(String).sort().join()
}
