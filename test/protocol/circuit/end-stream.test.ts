import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { endStream } from '../../../src/protocol/circuit/end-stream.ts'
import { streamPair } from '../../support/stream-pair.ts'

t.test('a stream whose other end stays open is reset after 10 s', async (t) => {
  const clock = new VirtualClock()
  const [near] = streamPair('/test/v1')
  endStream(near, clock)
  await clock.advance(9_999)
  t.not(near.status, 'aborted')
  await clock.advance(1)
  t.equal(near.status, 'aborted')
})

t.test('a stream that both end is left alone', async (t) => {
  const clock = new VirtualClock()
  const [near, far] = streamPair('/test/v1')
  endStream(near, clock)
  await far.close()
  await clock.advance(20_000)
  t.equal(near.status, 'closed')
})
