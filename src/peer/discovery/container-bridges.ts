import type { NetworkInterfaceInfo } from 'node:os'

/**
 * Names that container engines and hypervisors give: docker0, br-<12 hex digits> of docker's own networks, veth…,
 * virbr…, cni…, podman… . A br-lan of OpenWrt is the network itself.
 */
const BRIDGE = /^(docker|br-[0-9a-f]{12}$|veth|virbr|vnet|cni|cali|flannel|lxcbr|lxdbr|podman|nerdctl)/

/**
 * The interfaces to which only containers and virtual machines of this machine are attached; every host has its own,
 * often with the same addresses. None where there is no other interface that leads outward: in a container it may be
 * the only one.
 * @param named interfaces that the owner names, which are used whatever their name
 */
export function containerBridges(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  named: readonly string[] = []
): ReadonlySet<string> {
  const outward = Object.entries(interfaces)
    .filter(([, infos = []]) => infos.some((info) => !info.internal && !isLinkLocal6(info.address)))
    .map(([name]) => name)
  const bridges = outward.filter((name) => BRIDGE.test(name) && !named.includes(name))
  return new Set(bridges.length === outward.length ? [] : bridges)
}

/** RFC 4291 section 2.5.6; libp2p does not listen on these. */
export function isLinkLocal6(address: string): boolean {
  return /^fe[89ab]/i.test(address)
}
