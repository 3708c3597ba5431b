import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { openOnward } from '../../../src/protocol/via/circuit-opener.ts'
import { VIA_PROTOCOL } from '../../../src/protocol/via/constants.ts'
import { streamPair } from '../../support/stream-pair.ts'

const ATTIC = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'

t.test('a stream that is opened after the deadline is not left open', async (t) => {
  const clock = new VirtualClock()
  const [stream] = streamPair(VIA_PROTOCOL)
  const opened = Promise.withResolvers<typeof stream>()
  const connection = { newStream: () => opened.promise, remotePeer: 'hall' } as unknown as Connection
  const asked = openOnward(connection, { to: [ATTIC], from: [] }, clock, new AbortController().signal)
  await t.rejects(clock.run(asked), { message: 'the next peer does not answer' })
  const sends = t.capture(stream, 'send')
  opened.resolve(stream)
  await clock.advance(0)
  t.equal(stream.status, 'aborted')
  t.same(sends(), [], 'nothing is said on it')
})
