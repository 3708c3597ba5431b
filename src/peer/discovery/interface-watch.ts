import { networkInterfaces } from 'node:os'
import { type Cancel, type Clock, every } from '../../clock.ts'
import type { Interfaces, LocalNetwork } from './local-network.ts'

export interface InterfaceWatch {
  /** Looks now. */
  look(): void
  cancel: Cancel
}

/**
 * Keeps a LocalNetwork up to date, and calls `changed` with the interfaces when an address was added or removed. Node
 * has no event for it, and mDNS receives nothing more when an interface is made anew (docs/network.md trap 6).
 * @param period milliseconds between checks
 * @param read os.networkInterfaces() unless given; it throws where netlink is forbidden, which is no change
 */
export function watchInterfaces(
  clock: Clock,
  period: number,
  local: Pick<LocalNetwork, 'interfaces' | 'update'>,
  changed: (interfaces: Interfaces) => void,
  read: () => Interfaces = networkInterfaces
): InterfaceWatch {
  const look = (): void => {
    let interfaces: Interfaces
    try {
      interfaces = read()
    } catch {
      return
    }
    if (fingerprint(interfaces) === fingerprint(local.interfaces)) return
    local.update(interfaces)
    changed(interfaces)
  }
  return { look, cancel: every(clock, period, look) }
}

function fingerprint(interfaces: Interfaces): string {
  const lines = Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? []).map((info) => `${name} ${info.mac} ${info.cidr}`)
  )
  return lines.sort().join('\n')
}

/** The interfaces, or none where the system does not list them. */
export function readInterfaces(read: () => Interfaces = networkInterfaces): Interfaces {
  try {
    return read()
  } catch {
    return {}
  }
}
