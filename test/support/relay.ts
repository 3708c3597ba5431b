import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Test } from 'tap'
import { type Clock, systemClock } from '../../src/clock.ts'
import { defined } from '../../src/defined.ts'
import { isDirect } from '../../src/direct.ts'
import { defaultsOf } from '../../src/limits.ts'
import { silentLog } from '../../src/log.ts'
import type { Carrier, Network } from '../../src/node/network/create-network.ts'
import { type Relay, type RelayInit, relay } from '../../src/protocol/relay/index.ts'
import { type RelayLimits, relayLimits } from '../../src/protocol/relay/limits.ts'
import { memoryNetwork } from './memory-network.ts'

export const limits: RelayLimits = defaultsOf(relayLimits)

export interface RelayNode {
  readonly network: Network
  readonly relay: Relay
  readonly peer: string
  readonly address: string
}

export interface RelayPlan extends Partial<Omit<RelayInit, 'limits' | 'server' | 'relays'>> {
  readonly limits?: Partial<RelayLimits>
  readonly clock?: Clock
  /** limits.network.connections */
  readonly connections?: number
  /** Multiaddrs. */
  readonly relays?: readonly string[]
  /** The memory of this process unless given. */
  readonly carrier?: Carrier
  /** As a relay; none unless given. */
  readonly server?: Partial<NonNullable<RelayInit['server']>>
}

/** A bare network with circuits over relays; everybody is served and accepted unless the plan says otherwise. */
export async function relayNode(t: Test, plan: RelayPlan = {}): Promise<RelayNode> {
  const { relays = [], server, clock = systemClock, carrier, connections, ...rest } = plan
  const network = await memoryNetwork({}, defined({ connections }), carrier)
  const addressOf = new Map(relays.map((one) => [one.slice(one.lastIndexOf('/') + 1), one]))
  const service = relay({
    accepts: () => true,
    labelOf: (peer) => peer,
    connect: async (peer, signal) => {
      const standing = network
        .getConnections()
        .find((one) => one.remotePeer.toString() === peer && isDirect(one))
      return standing ?? (await network.dial(multiaddr(addressOf.get(peer) ?? ''), { signal }))
    },
    ...rest,
    relays: [...addressOf.keys()],
    limits: { ...limits, ...plan.limits },
    server: server && {
      serves: () => true,
      inBook: () => true,
      sourceOf: () => '10.0.0.1',
      addressesFor: () => network.getMultiaddrs().map(({ bytes }) => bytes),
      ...server
    }
  })({
    network,
    upgrader: network.services.components.upgrader,
    clock,
    log: silentLog,
    random: () => 0.5
  })
  await service.start()
  t.teardown(async () => {
    await service.stop()
    await network.stop()
  })
  const [address = ''] = network.getMultiaddrs().map(String)
  return { network, relay: service, peer: network.peerId.toString(), address }
}

/** The direct connection that a node makes to another one. */
export async function dial(from: RelayNode, address: string): Promise<Connection> {
  return await from.network.dial(multiaddr(address))
}

/** Whether a node holds a reservation at its first relay. */
export function isHeld({ relay }: RelayNode): boolean {
  return [...relay.reservations().values()][0]?.held === true
}
