/** js-libp2p with its defaults and nothing of ours: an echo on streams, gossip that libp2p signs and verifies. */
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'

export const ECHO_PROTOCOL = '/bench/echo/v1'
export const BARE_TOPIC = '/bench/gossip/v1'
export const LONGEST = { maxDataLength: 65_536 }

export type BareNetwork = Libp2p<{ identify: unknown; pubsub: GossipSub }>

export async function bareNetwork(): Promise<BareNetwork> {
  const network = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), pubsub: gossipsub() }
  })
  await network.handle(ECHO_PROTOCOL, (stream) => void echo(stream))
  return network
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
    // The requester closed the stream.
  }
}
