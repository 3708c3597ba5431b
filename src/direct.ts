/** The part of a multiaddr that is read; foundations import no package. */
interface Address {
  getComponents(): readonly { readonly name: string; readonly value?: string }[]
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

/** The remote IP address of a connection; undefined over another peer or in memory. */
export function remoteHost(connection: { readonly remoteAddr: Address }): string | undefined {
  if (!isDirect(connection)) return undefined
  return connection.remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value
}

/**
 * What counts as one where a bound is by address: an IPv4 address, or the /64 of an IPv6 address, of which one machine
 * has as many as it likes (RFC 4291 section 2.5.1, RFC 8981).
 */
export function sourceOf(host: string): string {
  const [plain = ''] = host.split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  if (mapped !== undefined || !plain.includes(':')) return mapped ?? plain
  const [head = '', tail] = plain.split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(head), groups(tail ?? '')]
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0')
  const prefix = [...first, ...zeros, ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
  return `${prefix.join(':')}::/64`
}

/** What the remote address of a connection counts as where a bound is by address; undefined over another peer or in memory. */
export function remoteSource(connection: { readonly remoteAddr: Address }): string | undefined {
  const host = remoteHost(connection)
  return host === undefined ? undefined : sourceOf(host)
}

/** Of libp2p itself: streams that run on every connection and keep no longer one open. */
const BACKGROUND = ['/ipfs/ping/1.0.0', '/ipfs/id/1.0.0', '/ipfs/id/push/1.0.0']

export function isBackground(protocol: string): boolean {
  return BACKGROUND.includes(protocol)
}
