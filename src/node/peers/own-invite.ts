import { writeInvite } from '../../peer/book/invite.ts'

const CIRCUIT = '/p2p-circuit'
/** Addresses that lead nobody else here: loopback, link-local, unspecified. */
const LOCAL =
  /^\/(?:ip4\/(?:127\.|169\.254\.|0\.0\.0\.0\/)|ip6\/(?:::1?\/|fe[89ab][0-9a-f]:)|ip6zone\/|dns[46]?\/localhost\/)/i

/**
 * The invite of a node.
 * @param node PeerId, name and multiaddrs as its status gives them; those over a relay name the relay
 */
export function ownInvite(node: {
  readonly peer: string
  readonly name: string
  readonly addresses: readonly string[]
}): string {
  const own = node.addresses.map((address) => address.replace(`/p2p/${node.peer}`, ''))
  const useful = own.filter((address) => !LOCAL.test(address))
  const relays = useful.filter((address) => address.includes(CIRCUIT))
  return writeInvite({
    peer: node.peer,
    name: node.name,
    addresses: useful.filter((address) => !address.includes(CIRCUIT)),
    relays: relays.map((address) => address.slice(0, address.indexOf(CIRCUIT)))
  })
}
