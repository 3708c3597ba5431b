/**
 * Light devices in one process: each is a libp2p of its own with TCP, Noise, yamux, identify and gossipsub, and signs
 * one reading a second as a node of kith does. They publish and subscribe to nothing, so nothing is forwarded to them.
 */
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { systemClock } from '../../src/clock.ts'
import { ephemeralIdentity } from '../../src/peer/identity/identity.ts'
import { gossipOptions } from '../../src/protocol/gossip/index.ts'
import { MadeUpPacks, TOPIC } from '../frame/made-up-packs.ts'
import { now } from '../frame/now.ts'
import { serve } from '../frame/serve.ts'

/** Milliseconds between two readings of a device. */
const PERIOD = 1000
/** Dials at one time. */
const DIALS = 8
const TRIES = 5

type Network = Libp2p<{ identify: unknown; pubsub: GossipSub }>

interface Device {
  readonly network: Network
  readonly packs: MadeUpPacks
  /** When each reading was published, by its number (now.ts). */
  readonly sent: number[]
}

const devices = new Map<string, Device>()
const timers: NodeJS.Timeout[] = []

async function make({ count }: { readonly count: number }): Promise<string[]> {
  for (let i = 0; i < count; i++) {
    const identity = await ephemeralIdentity()
    const network = await createLibp2p({
      privateKey: identity.privateKey,
      addresses: { listen: [] },
      transports: [tcp({ dialOpts: { noDelay: true } })],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
      services: {
        identify: identify(),
        pubsub: gossipsub({
          ...gossipOptions([TOPIC], { maxInboundDataLength: 2 ** 20 }),
          heartbeatInterval: 10_000
        })
      }
    })
    const run = { epoch: 1, boot: Buffer.from(identity.seed.subarray(0, 8)).toString('hex') }
    devices.set(identity.peer, { network, packs: new MadeUpPacks(identity, run), sent: [] })
  }
  return [...devices.keys()]
}

/** Connects all, and waits until each knows that the gateway listens to the topic. */
async function connect({ address }: { readonly address: string }): Promise<void> {
  const target = multiaddr(address)
  const waiting = [...devices.values()]
  const work = async (): Promise<void> => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const { network } = one
      await dial(network, target)
      while (network.services.pubsub.getSubscribers(TOPIC).length === 0) await systemClock.sleep(10)
    }
  }
  await Promise.all(Array.from({ length: DIALS }, work))
}

/** As often as a device dials again. */
async function dial(network: Network, target: Multiaddr): Promise<void> {
  for (let left = TRIES; network.getConnections().length === 0; left--)
    await network.dial(target, { signal: AbortSignal.timeout(20_000) }).catch((error: unknown) => {
      if (left === 0) throw error
    })
}

/** Each publishes once a second, at a moment of its own. */
function start(): void {
  const all = [...devices.values()]
  for (const [i, device] of all.entries())
    setTimeout(
      () => {
        publish(device)
        timers.push(setInterval(() => publish(device), PERIOD))
      },
      (PERIOD * i) / all.length
    )
}

function publish({ network, packs, sent }: Device): void {
  const { bytes } = packs.make(1)
  sent.push(now())
  network.services.pubsub.publish(TOPIC, bytes).catch(() => {})
}

/** What was published, by author. */
function stop(): Record<string, number[]> {
  for (const timer of timers) clearInterval(timer)
  return Object.fromEntries(Array.from(devices, ([peer, { sent }]) => [peer, sent]))
}

serve({ make, connect, start, stop }, async () => {
  await Promise.all(Array.from(devices.values(), ({ network }) => network.stop()))
})
