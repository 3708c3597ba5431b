/** The part of a multiaddr that is read; foundations import no package. */
interface Address {
  getComponents(): readonly { readonly name: string }[]
}

/** Whether an address leads over another peer, however often: relay v2 and circuits through neighbours. */
export function isRelayed(address: Address): boolean {
  return address.getComponents().some(({ name }) => name === 'p2p-circuit')
}

/**
 * Whether no other peer carries a connection. js-libp2p's own `direct` is true for two p2p-circuit components and more
 * (docs/network.md trap 23).
 */
export function isDirect({ remoteAddr }: { readonly remoteAddr: Address }): boolean {
  return !isRelayed(remoteAddr)
}

/** Of libp2p itself: streams that run on every connection and keep no longer one open. */
const BACKGROUND = ['/ipfs/ping/1.0.0', '/ipfs/id/1.0.0', '/ipfs/id/push/1.0.0']

export function isBackground(protocol: string): boolean {
  return BACKGROUND.includes(protocol)
}
