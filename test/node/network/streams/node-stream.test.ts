import type { Stream } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { NodeStream } from '../../../../src/node/network/streams/node-stream.ts'
import { streamPair } from '../../../support/stream-pair.ts'

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

t.test(
  'messages that wait are charged the memory that they take: many short ones end the stream',
  async (t) => {
    const clock = new VirtualClock()
    for (const [bytes, most] of [
      [1, 1087],
      [60_000, 4]
    ] as const) {
      const [near, far] = streamPair('/chat/text/v1')
      const sender = new NodeStream(far as unknown as Stream, 'somebody', clock, limits)
      const reader = new NodeStream(near as unknown as Stream, 'somebody', clock, limits)
      for (let sent = 0; sent < most; sent++) await sender.send(new Uint8Array(bytes))
      t.equal((await reader.next())?.length, bytes)
      for (let more = 0; more < 2; more++) void sender.send(new Uint8Array(bytes)).catch(() => {})
      while (near.status === 'open') await new Promise(setImmediate)
      let read = 0
      const ended = await (async () => {
        for await (const _ of reader) read++
      })().catch((error: unknown) => error)
      t.match(ended, { code: 'slow-reader', message: /messages wait for the application/ })
      t.equal(read, most, 'those that came before are read')
    }
  }
)
