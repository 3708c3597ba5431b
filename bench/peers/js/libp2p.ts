/** Either side of a pair of js-libp2p with its defaults and nothing of ours: an echo on streams, and gossip. */
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { serve } from '../../frame/serve.ts'
import type { Ask, Listening, Publish, Published } from '../../pair/contract.ts'
import { AckCounter, Arrivals, timed } from '../../pair/sides.ts'

const ECHO = '/bench/echo/v1'
const TOPIC = '/bench/gossip/v1'
const LONGEST = { maxDataLength: 65_536 }

type Network = Libp2p<{ identify: unknown; pubsub: GossipSub }>

let network: Network | undefined
const acks = new AckCounter()
const arrivals = new Arrivals()

interface Options {
  /** Whether gossipsub signs and verifies each message. */
  readonly signed?: boolean
}

async function start({ signed = true }: Options): Promise<Network> {
  network = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: signed ? 'StrictSign' : 'StrictNoSign',
        ...unsignedIds(signed)
      })
    }
  })
  return network
}

/** Without a sender there is no number of the message: it is named by its bytes. */
function unsignedIds(signed: boolean): { msgIdFn?: (message: { readonly data: Uint8Array }) => Uint8Array } {
  return signed ? {} : { msgIdFn: ({ data }) => data.subarray(0, 16) }
}

async function listen(options: Options | null): Promise<Listening> {
  const { handle, getMultiaddrs } = bound(await start(options ?? {}))
  await handle(ECHO, (stream) => void echo(stream))
  return { address: String(getMultiaddrs()[0]), acks: await acks.listen() }
}

function bound(network: Network): Pick<Network, 'handle' | 'getMultiaddrs'> {
  return { handle: network.handle.bind(network), getMultiaddrs: network.getMultiaddrs.bind(network) }
}

async function connect({ address, acks, ...options }: Listening & Options): Promise<void> {
  await (await start(options)).dial(multiaddr(address))
  await arrivals.connect(acks)
}

/** A request begins with the number of bytes that it wants. */
async function echo(stream: Stream): Promise<void> {
  const frames = lpStream(stream, LONGEST)
  try {
    for (;;) {
      const request = (await frames.read()).subarray()
      await frames.write(new Uint8Array(Buffer.from(request).readUInt32BE()))
    }
  } catch {
    // The requester closed its side.
    await stream.close().catch(() => {})
  }
}

async function ask({ variant, size, ...order }: Ask): Promise<number[]> {
  const [connection] = network?.getConnections() ?? []
  if (connection === undefined) throw new Error('not connected')
  const request = Buffer.alloc(size)
  request.writeUInt32BE(size)
  const reused = variant === 'reused' ? lpStream(await connection.newStream(ECHO), LONGEST) : undefined
  return await timed(order, async () => {
    if (reused !== undefined) {
      await reused.write(request)
      return await reused.read()
    }
    const stream = await connection.newStream(ECHO)
    const frames = lpStream(stream, LONGEST)
    await frames.write(request)
    const answer = await frames.read()
    await stream.close()
    return answer
  })
}

function subscribe(): void {
  network?.services.pubsub.subscribe(TOPIC)
  network?.services.pubsub.addEventListener('gossipsub:message', arrivals.arrived)
}

let next = 0

async function publish(order: Publish): Promise<Published> {
  const pubsub = network?.services.pubsub
  if (pubsub === undefined) throw new Error('not started')
  while (pubsub.getSubscribers(TOPIC).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  const messages = Array.from({ length: order.count }, () => {
    const bytes = new Uint8Array(order.size)
    new DataView(bytes.buffer).setUint32(0, next++)
    return bytes
  })
  const sent = await acks.publish(order, messages, (bytes) => pubsub.publish(TOPIC, bytes))
  return { sent, size: order.size, readings: 1 }
}

serve(
  {
    listen,
    connect,
    ask,
    subscribe,
    publish,
    ...arrivals.calls
  },
  async () => await network?.stop()
)
