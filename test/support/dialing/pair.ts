import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Libp2p, PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { AutoDialer } from '../../../src/peer/dialing/auto-dialer.ts'
import { ToldAddresses } from '../../../src/peer/dialing/told-addresses.ts'
import { NoAddress } from '../../../src/peer/dialing/way.ts'
import { LocalNetwork } from '../../../src/peer/discovery/local-network.ts'
import { memoryNetwork, nextEvent } from '../memory-network.ts'

export const limits = {
  peers: 3,
  addresses: 2,
  dialTimeout: 20_000,
  retryMin: 1_000,
  retryMax: 60_000,
  strangerRetryMax: 600_000,
  parallelDials: 32,
  failuresPerSecond: 20,
  dialsPerMinute: 60,
  forgetUnreached: 300_000,
  forgetAfter: 3_600_000
}

/** Two nodes over memory; the first dials by itself, by a virtual clock. */
export async function pair(
  t: Test,
  inBook: (peer: string) => boolean = () => false,
  change: Partial<typeof limits> = {},
  bookAddresses: (peer: string) => string[] = () => []
) {
  const [here, there] = [await memoryNetwork(), await memoryNetwork()]
  const clock = new VirtualClock()
  const refused = new Set<string>()
  const ordered: string[] = []
  const init = {
    libp2p: here as unknown as Libp2p,
    dial: async (addresses: readonly Multiaddr[], signal: AbortSignal) => {
      if (addresses.length === 0) throw new NoAddress()
      return await here.dial([...addresses], { signal })
    },
    gate: (peer: string) => (refused.has(peer) ? 'denied' : undefined),
    clock,
    log: silentLog,
    network: new LocalNetwork({}),
    random: () => 0.5,
    limits: { ...limits, ...change },
    told: new ToldAddresses({
      peerStore: here.peerStore,
      network: new LocalNetwork({}),
      inBook,
      leadsHere: () => false,
      peers: 16
    }),
    leadsHere: (address: Multiaddr) => {
      ordered.push(address.toString())
      return false
    },
    inBook,
    bookAddresses,
    canDial: (address: Multiaddr) => !address.toString().includes('/quic')
  }
  const autoDialer = new AutoDialer(init)
  autoDialer.start()
  t.teardown(async () => {
    autoDialer.stop()
    await Promise.all([here.stop(), there.stop()])
  })
  return { here, there, clock, autoDialer, refused, ordered, peer: there.peerId.toString() }
}

/** A PeerId of nobody. */
export async function stranger(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

/** The addresses of each dial from now on. */
export function dialsOf(network: Network): string[][] {
  const dials: string[][] = []
  const dial = network.dial.bind(network)
  network.dial = (target, options) => {
    dials.push([target].flat().map(String))
    return dial(target, options)
  }
  return dials
}

export function opened(network: Network): Promise<Event> {
  return nextEvent(network, 'connection:open')
}
