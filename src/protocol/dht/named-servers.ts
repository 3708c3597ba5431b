import { createHash } from 'node:crypto'
import type { PeerId } from '@libp2p/interface'
import type { SearchEvent } from './kad-client.ts'

interface Named {
  readonly id: PeerId
  readonly distance: bigint
}

/** The servers that were named in one search and have not answered in it. */
export class NamedServers {
  readonly #place: bigint
  /** By who named them, who has waited for longest first; of each the closest first. */
  readonly #named = new Map<string, Named[]>()
  /** Those that answered, or were taken. */
  readonly #done = new Set<string>()

  /** @param key what is searched */
  constructor(key: Uint8Array) {
    this.#place = placeOf(key)
  }

  add(event: SearchEvent): void {
    if (event.name !== 'PEER_RESPONSE') return
    this.#done.add(event.from.toString())
    const teller = event.teller ?? event.from.toString()
    const all = [
      ...(this.#named.get(teller) ?? []),
      ...event.closer.map(({ id }) => ({ id, distance: placeOf(id.toMultihash().bytes) ^ this.#place }))
    ]
    this.#named.set(
      teller,
      all.sort((one, other) => (one.distance < other.distance ? -1 : 1))
    )
  }

  /** One that was not taken before. Who named takes turns: a liar that names many does not keep others from theirs. */
  next(): PeerId | undefined {
    for (const [teller, all] of this.#named) {
      const found = all.findIndex(({ id }) => !this.#done.has(id.toString()))
      const one = all[found]
      this.#named.delete(teller)
      if (one === undefined) continue
      this.#named.set(teller, all.slice(found + 1))
      this.#done.add(one.id.toString())
      return one.id
    }
    return undefined
  }
}

/** Where a key is in the DHT (libp2p specs, kad-dht: SHA-256 of it); the distance of two is their XOR. */
function placeOf(key: Uint8Array): bigint {
  return BigInt(`0x${createHash('sha256').update(key).digest('hex')}`)
}
