import type { Multiaddr } from '@multiformats/multiaddr'
import { isRelayed } from '../../direct.ts'

export interface HostPort {
  /** IPv4 or IPv6 address; an IPv6 zone follows a percent sign. */
  readonly host: string
  readonly port: number
}

/** Where a TCP or UDP multiaddr points. @returns undefined for names, relays and memory addresses */
export function hostPort(address: Multiaddr): HostPort | undefined {
  if (isRelayed(address)) return undefined
  let host: string | undefined
  let zone: string | undefined
  for (const { name, value } of address.getComponents()) {
    if (name === 'ip6zone') zone = value
    if (name === 'ip4' || name === 'ip6') host = value
    if ((name === 'tcp' || name === 'udp') && host !== undefined) {
      return { host: zone === undefined ? host : `${host}%${zone}`, port: Number(value) }
    }
  }
  return undefined
}
