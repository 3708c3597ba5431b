import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { hopMessage } from '../../../src/protocol/relay/codec.ts'
import { exchange } from '../../../src/protocol/relay/exchange.ts'
import { HOP_PROTOCOL } from '../../../src/protocol/relay/protocols.ts'
import { streamPair } from '../../support/stream-pair.ts'

t.test('a stream that is opened after the deadline is not left open', async (t) => {
  const clock = new VirtualClock()
  const [stream] = streamPair(HOP_PROTOCOL)
  const opened = Promise.withResolvers<typeof stream>()
  const connection = { newStream: () => opened.promise, remotePeer: 'hall' } as unknown as Connection
  const asked = exchange(
    { connection, protocol: HOP_PROTOCOL, shape: hopMessage, clock, deadline: 1000 },
    { type: 'reserve' },
    new AbortController().signal
  )
  await t.rejects(clock.run(asked), { code: 'deadline' })
  const sends = t.capture(stream, 'send')
  opened.resolve(stream)
  await clock.advance(0)
  t.equal(stream.status, 'aborted')
  t.same(sends(), [], 'nothing is said on it')
})
