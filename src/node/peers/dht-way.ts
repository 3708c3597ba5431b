import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { DialPeer, Report, Way } from '../../peer/dialing/way.ts'

export interface DhtWayInit {
  /** Addresses of a peer, as one server of the DHT has them and then another; absent where none is joined. */
  readonly find: ((peer: string, signal: AbortSignal) => AsyncIterable<readonly Multiaddr[]>) | undefined
  /** Of those, the ones that may be dialled. */
  readonly dialable: (peer: string, addresses: readonly Multiaddr[]) => readonly Multiaddr[]
  readonly dial: DialPeer
}

/** Reaches a peer at addresses that servers of a DHT know. */
export class DhtWay implements Way {
  readonly name = 'dht'
  /** With the relays: both ask machines beyond the own network (docs/network.md). */
  readonly startsAfter = 1_000
  readonly #init: DhtWayInit

  constructor(init: DhtWayInit) {
    this.#init = init
  }

  /** @throws an Error saying why it was not found; what the dial throws; the signal's reason */
  async dial(peer: string, signal: AbortSignal, report: Report): Promise<Connection> {
    const { find, dial } = this.#init
    if (find === undefined) throw new Error('not joined (dht.bootstrap in the configuration)')
    const over = new AbortController()
    const both = AbortSignal.any([signal, over.signal])
    const { promise, resolve, reject } = Promise.withResolvers<Connection>()
    const dials: Promise<unknown>[] = []
    const onAddresses = (addresses: readonly Multiaddr[]): void => {
      const dialled = dial(peer, addresses, both, (line) => report(`DHT: ${line}`)).then(resolve)
      // It is judged when the search has ended; until then its failure is nobody's.
      dialled.catch(() => {})
      dials.push(dialled)
    }
    const search = this.#search(find(peer, both), peer, onAddresses)
    // The first word may be a lie: the search goes on while its addresses are dialled.
    Promise.allSettled([search])
      .then(async ([searched]) => [...(await Promise.allSettled(dials)), searched])
      .then((ended) => reject(ended.find((one) => one.status === 'rejected')?.reason))
    try {
      return await promise
    } finally {
      over.abort(new Error('the search is over'))
    }
  }

  /** @param onAddresses called with those that may be dialled and were not named before */
  async #search(
    words: AsyncIterable<readonly Multiaddr[]>,
    peer: string,
    onAddresses: (addresses: readonly Multiaddr[]) => void
  ): Promise<void> {
    const named = new Set<string>()
    let isDialled = false
    for await (const word of words) {
      const others = this.#init.dialable(peer, word).filter((one) => !named.has(one.toString()))
      for (const one of word) named.add(one.toString())
      if (others.length > 0) onAddresses(others)
      isDialled ||= others.length > 0
    }
    if (isDialled) return
    throw new Error(
      named.size === 0
        ? 'it tells no address of its own'
        : 'its addresses are not dialled: it is not in the book'
    )
  }
}
