import { multiaddr } from '@multiformats/multiaddr'
import type { Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { defaultsOf } from '../../../src/limits.ts'
import { silentLog } from '../../../src/log.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { type Dht, type DhtComponents, type DhtInit, dht } from '../../../src/protocol/dht/index.ts'
import { type DhtLimits, dhtLimits } from '../../../src/protocol/dht/limits.ts'
import { memoryNetwork } from '../memory-network.ts'

export const limits: DhtLimits = defaultsOf(dhtLimits)

export interface DhtNode {
  readonly network: Network
  readonly dht: Dht
  readonly peer: string
  readonly address: string
  /** PeerIds that were dialled, in order. */
  readonly dialled: string[]
  readonly stop: () => Promise<void>
}

export interface DhtPlan
  extends Partial<Omit<DhtInit, 'limits' | 'bootstrap'>>,
    Partial<Pick<DhtComponents, 'mayTell' | 'dialable'>> {
  readonly limits?: Partial<DhtLimits>
  readonly bootstrap?: readonly string[]
}

/** A bare network over memory that takes part in a DHT; whatever it hears may be dialled unless the plan says otherwise. */
export async function dhtNode(t: Test, plan: DhtPlan = {}): Promise<DhtNode> {
  const node = await makeDhtNode(plan)
  t.teardown(() => node.stop())
  return node
}

/** As dhtNode, outside of a test. */
export async function makeDhtNode(plan: DhtPlan = {}): Promise<DhtNode> {
  // Nothing dials anew after a missed identify, as the watch of gossip does in a whole node.
  const network = await memoryNetwork({}, { inboundPending: 1000, identifyTimeout: 600_000 })
  const peer = network.peerId.toString()
  const dialled: string[] = []
  const connection: DhtComponents['connection'] = (other) =>
    network.getConnections().find(({ remotePeer }) => remotePeer.toString() === other)
  const service = dht({
    serve: plan.serve ?? false,
    isFindable: plan.isFindable ?? true,
    bootstrap: (plan.bootstrap ?? []).map((one) => multiaddr(one)),
    limits: { ...limits, ...plan.limits }
  })({
    clock: systemClock,
    log: silentLog,
    random: () => 0.5,
    libp2p: network.services.components.kad,
    connection,
    dialable: plan.dialable ?? ((_peer, addresses) => addresses),
    async dial(other, addresses, signal) {
      dialled.push(other)
      let failure: unknown = new Error('no address')
      for (const address of addresses)
        try {
          return await network.services.components.transportManager.dial(address, { signal })
        } catch (error) {
          failure = error
        }
      throw failure
    },
    mayTell: plan.mayTell ?? (() => true),
    ping: async (one, signal) => await network.services.ping.ping(one.remotePeer, { signal })
  })
  await service.start()
  const [own] = network.getMultiaddrs()
  const stop = async (): Promise<void> => {
    await service.stop()
    await network.stop()
  }
  return { network, dht: service, peer, address: String(own), dialled, stop }
}

/** The addresses that all servers told which were heard in one search. @throws what find() throws */
export async function found(
  { dht }: Pick<DhtNode, 'dht'>,
  peer: string,
  signal: AbortSignal
): Promise<string[]> {
  const all: string[] = []
  for await (const addresses of dht.find(peer, signal)) all.push(...addresses.map(String))
  return all
}
