import { networkInterfaces } from 'node:os'
import { type ChosenInterface, chooseInterfaces } from './chosen-interface.ts'
import { readInterfaces } from './interface-watch.ts'
import type { Interfaces } from './local-network.ts'
import { MDNS_PORT, openMdns } from './mdns-socket.ts'
import { question } from './records.ts'

/** Whether mDNS can be spoken on an interface. */
export interface DiscoveryProbe {
  readonly name: string
  readonly family: 'IPv4' | 'IPv6'
  /** Whether only nodes of this machine can be found on it. */
  readonly internal: boolean
  /** Why not. */
  readonly error?: string
}

/**
 * Sends one question on each interface that a node would use, by the same kind of socket: a route to the group, such
 * as the default route, is not needed.
 * @param only names of interfaces, `interfaces:` of the configuration
 */
export async function probeDiscovery(
  only: readonly string[],
  read: () => Interfaces = networkInterfaces
): Promise<DiscoveryProbe[]> {
  const chosen = chooseInterfaces(readInterfaces(read), only)
  return await Promise.all(
    chosen.map(async (one) => {
      const { name, family, internal } = one
      const error = await sendQuestion(one)
      return error === undefined ? { name, family, internal } : { name, family, internal, error }
    })
  )
}

/** @returns what is wrong */
async function sendQuestion(chosen: ChosenInterface): Promise<string | undefined> {
  const socket = openMdns(chosen, MDNS_PORT)
  const error = await new Promise<Error | null>((resolve) => {
    socket.on('error', resolve)
    socket.on('warning', resolve)
    socket.query({ questions: [question] }, resolve)
  })
  await new Promise<void>((resolve) => socket.destroy(() => resolve()))
  return error ? (codeOf(error) ?? error.message) : undefined
}

function codeOf(error: Error): string | undefined {
  return 'code' in error ? String(error.code) : undefined
}
