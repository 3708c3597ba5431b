import type { Stream } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { NodeStream } from '../../../src/node/network/node-stream.ts'
import { streamPair } from '../../support/stream-pair.ts'

const limits = { messageBytes: 65_536, bufferBytes: 262_144, write: 30_000 }

t.test(
  'closing a stream whose other side takes nothing ends with the deadline of its last message',
  async (t) => {
    const clock = new VirtualClock()
    const [near, far] = streamPair('/chat/text/v1')
    far.stall()
    const stream = new NodeStream(near as unknown as Stream, 'somebody', clock, limits)
    for (let i = 0; i < 2; i++) void stream.send(new Uint8Array(60_000)).catch(() => {})
    const refused = t.rejects(stream.close(), { code: 'link-broken', message: /^\/chat\/text\/v1/ })
    await clock.advance(30_000)
    await refused
  }
)
