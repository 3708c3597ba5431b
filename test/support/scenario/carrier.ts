import type { MultiaddrConnection, Transport } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import { multiaddr } from '@multiformats/multiaddr'
import type { Carrier } from '../../../src/node/network/create-network.ts'

/** Links between nodes of one process that can be cut and mended. */
export class MemoryLinks {
  readonly #cut = new Set<string>()
  /** IP addresses from which connections of these PeerIds seem to come; without one they are near. */
  readonly hosts = new Map<string, string>()

  isCut(a: string, b: string): boolean {
    return this.#cut.has(pair(a, b))
  }

  cut(a: string, b: string): void {
    this.#cut.add(pair(a, b))
  }

  mend(a: string, b: string): void {
    this.#cut.delete(pair(a, b))
  }

  /** The memory of this process as a network in which dials over a cut link fail. */
  carrier(name: string): Carrier {
    const transport = (components: unknown): Transport => {
      const inner = (memory() as unknown as (components: unknown) => Transport)(components)
      const dial = inner.dial.bind(inner)
      inner.dial = async (address, options) => {
        const other = address.getComponents().find((one) => one.name === 'memory')?.value ?? ''
        if (this.isCut(name, other)) throw new Error(`the link from ${name} to ${other} is cut`)
        return await dial(address, options)
      }
      const createListener = inner.createListener.bind(inner)
      inner.createListener = ({ upgrader, ...options }) =>
        createListener({
          ...options,
          upgrader: {
            ...upgrader,
            upgradeInbound: (connection, upgrading) =>
              upgrader.upgradeInbound(this.#fromHost(connection), upgrading)
          }
        })
      return inner
    }
    return { transports: [transport], listen: [addressOf(name)], discovery: false }
  }

  #fromHost(connection: MultiaddrConnection): MultiaddrConnection {
    const peer = connection.remoteAddr.getComponents().find(({ name }) => name === 'p2p')?.value ?? ''
    const host = this.hosts.get(peer)
    if (host !== undefined) connection.remoteAddr = multiaddr(`/ip4/${host}/tcp/4001/p2p/${peer}`)
    return connection
  }
}

export function addressOf(name: string): string {
  return `/memory/${name}`
}

function pair(a: string, b: string): string {
  return [a, b].sort().join(' ')
}
