import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Report, Way } from '../../peer/dialing/way.ts'

export interface DhtWayInit {
  /** Addresses of a peer, as the DHT has them; absent where none is joined. */
  readonly find: ((peer: string, signal: AbortSignal) => Promise<readonly Multiaddr[]>) | undefined
  /** Of those, the ones that may be dialled. */
  readonly dialable: (peer: string, addresses: readonly Multiaddr[]) => readonly Multiaddr[]
  readonly dial: (
    peer: string,
    addresses: readonly Multiaddr[],
    signal: AbortSignal,
    report?: Report
  ) => Promise<Connection>
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
    const { find, dialable, dial } = this.#init
    if (find === undefined) throw new Error('not joined (dht.bootstrap in kith.yaml)')
    const found = await find(peer, signal)
    const addresses = dialable(peer, found)
    if (addresses.length === 0)
      throw new Error(
        found.length === 0
          ? 'it tells no address of its own'
          : 'its addresses are not dialled: it is not in the book'
      )
    return await dial(peer, addresses, signal, (line) => report(`DHT: ${line}`))
  }
}
