import type { Multiaddr } from '@multiformats/multiaddr'
import { MAX_ADDRESSES, MAX_TELLERS } from './constants.ts'

/** Where a peer is, by who told it. */
export type Told = ReadonlyMap<string, readonly Multiaddr[]>

/** What the tellers said with another word added. The first ones stay: who talks most does not displace them. */
export function withWord(told: Told, teller: string, addresses: readonly Multiaddr[]): Told {
  if (!told.has(teller) && told.size >= MAX_TELLERS) return told
  return new Map(told).set(teller, addresses)
}

/** Without these addresses, and without the tellers of nothing else. */
export function withoutAddresses(told: Told, tried: readonly Multiaddr[]): Told {
  const without = new Set(tried.map(String))
  const left = [...told].map(
    ([teller, addresses]) => [teller, addresses.filter((one) => !without.has(one.toString()))] as const
  )
  return new Map(left.filter(([, addresses]) => addresses.length > 0))
}

/** At most MAX_ADDRESSES of all, each once: the first of each teller, then the second, and so on. */
export function inTurn(told: Told): Multiaddr[] {
  const once = new Map<string, Multiaddr>()
  for (let turn = 0; turn < MAX_ADDRESSES; turn++) {
    for (const addresses of told.values()) {
      const address = addresses[turn]
      if (address !== undefined) once.set(address.toString(), once.get(address.toString()) ?? address)
    }
  }
  return [...once.values()].slice(0, MAX_ADDRESSES)
}
