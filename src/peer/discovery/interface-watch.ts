import { networkInterfaces } from 'node:os'
import { type Cancel, type Clock, every } from '../../clock.ts'
import type { Interfaces } from './local-network.ts'

/**
 * Calls `changed` with the interfaces when an address was added or removed. Node has no event for it, and mDNS
 * receives nothing more when an interface is made anew (docs/network.md trap 6).
 * @param period milliseconds between checks
 * @param read os.networkInterfaces() unless given; it throws where netlink is forbidden, which is no change
 */
export function watchInterfaces(
  clock: Clock,
  period: number,
  changed: (interfaces: Interfaces) => void,
  read: () => Interfaces = networkInterfaces
): Cancel {
  let known = fingerprint(read)
  return every(clock, period, () => {
    const now = fingerprint(read)
    if (now.text === known.text) return
    known = now
    changed(now.interfaces)
  })
}

function fingerprint(read: () => Interfaces): { text: string; interfaces: Interfaces } {
  const interfaces = readInterfaces(read)
  const lines = Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? []).map((info) => `${name} ${info.mac} ${info.cidr}`)
  )
  return { text: lines.sort().join('\n'), interfaces }
}

/** The interfaces, or none where the system does not list them. */
export function readInterfaces(read: () => Interfaces = networkInterfaces): Interfaces {
  try {
    return read()
  } catch {
    return {}
  }
}
