import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { streamRoundTrip } from '../../../src/protocol/ping/stream-ping.ts'
import { memoryNetwork } from '../../support/memory-network.ts'
import { streamPair } from '../../support/stream-pair.ts'
import { until } from '../../support/until.ts'

const signal = (): AbortSignal => new AbortController().signal

t.test('a round trip has fractions of a millisecond', async (t) => {
  const [a, b] = [await memoryNetwork(), await memoryNetwork()]
  t.teardown(() => Promise.all([a.stop(), b.stop()]))
  const connection = await a.dial(b.getMultiaddrs())
  let now = 0
  const clock = { ...systemClock, monotonic: () => (now += 0.25) }
  for (let n = 0; n < 3; n++) t.equal(await streamRoundTrip(connection, clock, signal()), 0.25)
  const status = () => connection.streams.filter(({ protocol }) => protocol === '/ipfs/ping/1.0.0').length
  await until(() => status() === 0)
  t.pass('no stream is left behind')
})

/** A connection whose other end does what the test does. */
function connected() {
  const [near, far] = streamPair('/ipfs/ping/1.0.0')
  return { connection: { newStream: async () => near } as unknown as Connection, far }
}

t.test('what is no echo is not an answer', async (t) => {
  const { connection, far } = connected()
  far.addEventListener('message', () => far.send(new Uint8Array(33)))
  await t.rejects(streamRoundTrip(connection, systemClock, signal()), { code: 'ping-broken' })
})

t.test('who closes or is silent gives no answer', async (t) => {
  const closing = connected()
  closing.far.addEventListener('message', () => closing.far.abort(new Error('no pings here')))
  await t.rejects(streamRoundTrip(closing.connection, systemClock, signal()), { code: 'ping-broken' })
  const stop = new AbortController()
  const silent = streamRoundTrip(connected().connection, systemClock, stop.signal)
  stop.abort(new Error('no time left'))
  await t.rejects(silent, { message: 'no time left' })
})
