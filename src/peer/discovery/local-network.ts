import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { BoundedMap } from '../../bounded-map.ts'
import { containerBridges } from './container-bridges.ts'

/** The interfaces of this machine, as os.networkInterfaces() lists them. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** Addresses that are not routed on the Internet (RFC 1918, 3927, 4193, 4291, 6598). */
const privateRanges = new BlockList()
for (const [address, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8]
] as const) {
  privateRanges.addSubnet(address, prefix, 'ipv4')
}
for (const [address, prefix] of [
  ['fc00::', 7],
  ['fe80::', 10]
] as const)
  privateRanges.addSubnet(address, prefix, 'ipv6')
privateRanges.addAddress('::1', 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4')
linkLocal.addSubnet('fe80::', 10, 'ipv6')

/** Whether it is not routed on the Internet. @param host an IPv4 or IPv6 address, with or without a zone */
export function isPrivateHost(host: string): boolean {
  return inSubnets(privateRanges, host)
}

/** Whether it leads to this machine itself. @param host an IPv4 or IPv6 address, with or without a zone */
export function isLoopbackHost(host: string): boolean {
  return inSubnets(loopback, host)
}

/** The subnets of this machine, by address and netmask of each interface. */
export function ownSubnets(interfaces: Interfaces): BlockList {
  const list = new BlockList()
  for (const infos of Object.values(interfaces)) {
    for (const info of infos ?? []) {
      const prefix = Number(info.cidr?.split('/')[1] ?? Number.NaN)
      if (prefix > 0) list.addSubnet(info.address, prefix, info.family === 'IPv4' ? 'ipv4' : 'ipv6')
    }
  }
  return list
}

const MAX_REMEMBERED = 256

/** Decides what is near: a private address, or one in a subnet of this machine's own interfaces. */
export class LocalNetwork {
  readonly #named: readonly string[]
  #interfaces: Interfaces = {}
  #subnets = new BlockList()
  /** The subnets of each interface. */
  #links: ReadonlyMap<string, BlockList> = new Map()
  #bridges: ReadonlySet<string> = new Set()
  /** Whether hosts are near, of those asked about last: each request of a stranger asks. */
  readonly #near = new BoundedMap<string, boolean>(MAX_REMEMBERED)

  /** @param named interfaces that the owner names, which are used even if containers are behind them */
  constructor(interfaces: Interfaces, named: readonly string[] = []) {
    this.#named = named
    this.update(interfaces)
  }

  update(interfaces: Interfaces): void {
    this.#interfaces = interfaces
    this.#near.clear()
    this.#bridges = containerBridges(interfaces, this.#named)
    this.#subnets = ownSubnets(interfaces)
    this.#links = new Map(
      Object.entries(interfaces).map(([name, infos]) => [name, ownSubnets({ [name]: infos })])
    )
  }

  get interfaces(): Interfaces {
    return this.#interfaces
  }

  /** @param host an IPv4 or IPv6 address, with or without a zone; anything else is not near */
  isNear(host: string): boolean {
    const known = this.#near.get(host)
    if (known !== undefined) return known
    const near = this.isOwnSubnet(host) || isPrivateHost(host)
    this.#near.set(host, near)
    return near
  }

  /** Whether it is an address of this machine. */
  isOwnAddress(host: string): boolean {
    const plain = host.split('%')[0]
    return Object.values(this.#interfaces).some((infos) => infos?.some(({ address }) => address === plain))
  }

  /**
   * Whether it is in a subnet of a bridge of containers alone, beside another usable interface. Another machine that
   * names it means its own bridge.
   */
  isOnBridge(host: string): boolean {
    const names = this.#linksOf(host)
    return names.length > 0 && names.every((name) => this.#bridges.has(name))
  }

  isOwnSubnet(host: string): boolean {
    return inSubnets(this.#subnets, host)
  }

  /**
   * Whether two hosts are on one link: in subnets of one interface of this machine. Hosts of in-process transports,
   * which have no address, are on one.
   */
  sharesLink(one: string | undefined, other: string | undefined): boolean {
    if (one === undefined || other === undefined) return one === other
    const links = this.#linksOf(one)
    return this.#linksOf(other).some((name) => links.includes(name))
  }

  /** The interfaces with a subnet that contains it. Without its zone a link-local address may be on any: then none. */
  #linksOf(host: string): string[] {
    const zone = host.split('%')[1]
    const names = [...this.#links]
      .filter(([name, subnets]) => (zone === undefined || zone === name) && inSubnets(subnets, host))
      .map(([name]) => name)
    return names.length > 1 && inSubnets(linkLocal, host) ? [] : names
  }
}

/** @param text an IPv4 or IPv6 address, with or without a zone; anything else is in no list */
export function inSubnets(list: BlockList, text: string): boolean {
  const host = text.split('%')[0] ?? ''
  const mapped = host.toLowerCase().startsWith('::ffff:') ? host.slice(7) : host
  if (isIPv4(mapped)) return list.check(mapped, 'ipv4')
  return isIPv6(host) && list.check(host, 'ipv6')
}
