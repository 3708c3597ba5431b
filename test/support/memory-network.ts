import { randomUUID } from 'node:crypto'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { GossipsubOpts } from '@libp2p/gossipsub'
import type { Transport } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import type { Multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../src/clock.ts'
import { defaultsOf } from '../../src/limits.ts'
import { silentLog } from '../../src/log.ts'
import {
  type AddressPolicy,
  type Carrier,
  createNetwork,
  type Network,
  type NetworkInit,
  tcpCarrier
} from '../../src/node/network/create-network.ts'
import { networkLimits as declaredLimits, type NetworkLimits } from '../../src/node/network/limits.ts'

/** The memory of this process in place of a network: nodes reach each other by address, nothing is discovered. */
export function memoryCarrier(address: string = randomUUID()): Carrier {
  const transport = memory() as unknown as (components: unknown) => Transport
  return { transports: [transport], listen: [`/memory/${address}`], discovery: false }
}

export const networkLimits: NetworkLimits = {
  ...defaultsOf(declaredLimits),
  inboundPerSecond: 1000,
  inboundPending: 256,
  handshakeTimeout: 10_000
}

/** A bare network of ours, started; over memory unless `changes` have another carrier. */
export async function startNetwork(changes: Partial<NetworkInit> = {}): Promise<Network> {
  const network: Network = await createNetwork({
    privateKey: await generateKeyPair('Ed25519'),
    carrier: memoryCarrier(),
    addresses: addressesOf(() => network),
    gossip: {},
    version: '0.0.0',
    limits: networkLimits,
    clock: systemClock,
    log: silentLog,
    ...changes
  })
  await network.start()
  return network
}

/** The same by its most frequent changes. */
export async function memoryNetwork(
  gossip: Partial<GossipsubOpts> = {},
  limits: Partial<NetworkLimits> = {},
  carrier = memoryCarrier()
): Promise<Network> {
  return await startNetwork({ gossip, limits: { ...networkLimits, ...limits }, carrier })
}

/** TCP of this machine alone, on a free port. */
export function localTcp(): Carrier {
  return tcpCarrier(['/ip4/127.0.0.1/tcp/0'], networkLimits, false)
}

/** Everybody learns all addresses. */
function addressesOf(network: () => Network): AddressPolicy {
  const all = (): Multiaddr[] => network().services.components.transportManager.getAddrs()
  return {
    forEverybody: () => all().map((address) => address.encapsulate(`/p2p/${network().peerId}`)),
    forConnection: all
  }
}

/** Resolves with the next event of that name. Tests bound it by their own timeout. */
export function nextEvent(target: EventTarget, name: string): Promise<Event> {
  return new Promise((resolve) => target.addEventListener(name, resolve, { once: true }))
}
