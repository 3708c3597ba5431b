import type { NetworkInterfaceInfo } from 'node:os'
import { containerBridges, isLinkLocal6 } from './container-bridges.ts'
import { type Interfaces, inSubnets, ownSubnets } from './local-network.ts'

/** An interface that mDNS is spoken on. */
export interface ChosenInterface {
  /** Differs where anything of the interface differs. */
  readonly key: string
  readonly name: string
  /** IPv6 only where there is no IPv4 address. */
  readonly family: 'IPv4' | 'IPv6'
  /** The name of the interface for multicast sockets: an IPv4 address, or `::%eth0`. */
  readonly multicast: string
  /** The loopback. */
  readonly internal: boolean
  /** Its addresses that are announced on it. */
  readonly hosts: readonly string[]
  /** Whether a host is in a subnet of the interface, link-local ones included. */
  isOnLink(host: string): boolean
}

/**
 * All interfaces that lead outward, without bridges of containers. Where there is none, the loopback: nodes of one
 * machine find each other on it.
 * @param only names of interfaces to use; empty for the choice above
 */
export function chooseInterfaces(interfaces: Interfaces, only: readonly string[]): ChosenInterface[] {
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) => usable(name, infos) ?? [])
  if (only.length > 0) return all.filter(({ name }) => only.includes(name))
  const outward = all.filter(({ internal }) => !internal)
  const bridges = containerBridges(interfaces)
  const plain = outward.filter(({ name }) => !bridges.has(name))
  return [plain, all].find((list) => list.length > 0) ?? []
}

/**
 * Whether the machine is in one network or none: its interfaces that lead outward have a subnet in common, as those of
 * a cable and a Wi-Fi that lead to one router.
 */
export function isSingleHomed(interfaces: Interfaces): boolean {
  const [first, ...others] = chooseInterfaces(interfaces, [])
  return first === undefined || others.every(({ hosts }) => hosts.some((host) => first.isOnLink(host)))
}

/** @returns undefined where it has no address that peers could dial: libp2p does not listen on link-local IPv6 */
function usable(name: string, infos: readonly NetworkInterfaceInfo[]): ChosenInterface | undefined {
  const dialled = infos.filter(({ address }) => !isLinkLocal6(address))
  const first = dialled.find(({ family }) => family === 'IPv4') ?? dialled[0]
  if (first === undefined) return undefined
  const subnets = ownSubnets({ [name]: infos })
  return {
    key: [name, first.mac, ...infos.map(({ address, cidr }) => cidr ?? address)].join(' '),
    name,
    family: first.family,
    multicast: first.family === 'IPv4' ? first.address : `::%${name}`,
    hosts: dialled.map(({ address }) => address),
    internal: first.internal,
    isOnLink: (host) => inSubnets(subnets, host)
  }
}
