import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { streamRoundTrip } from '../../../src/protocol/ping/stream-ping.ts'
import { memoryNetwork } from '../../support/memory-network.ts'
import { streamPair } from '../../support/stream-pair.ts'

const signal = (): AbortSignal => new AbortController().signal

t.test('a round trip has fractions of a millisecond', async (t) => {
  const [a, b] = [await memoryNetwork(), await memoryNetwork()]
  t.teardown(() => Promise.all([a.stop(), b.stop()]))
  const connection = await a.dial(b.getMultiaddrs())
  for (let n = 0; n < 3; n++) {
    const rtt = await streamRoundTrip(connection, systemClock, signal())
    t.ok(rtt > 0 && rtt < 1000 && !Number.isInteger(rtt), `${rtt} ms`)
  }
  const status = () => connection.streams.filter(({ protocol }) => protocol === '/ipfs/ping/1.0.0').length
  for (let n = 0; n < 20 && status() > 0; n++) await systemClock.sleep(5)
  t.equal(status(), 0, 'no stream is left behind')
})

/** A connection whose other end does what the test does. */
function connected() {
  const [near, far] = streamPair('/ipfs/ping/1.0.0')
  return { connection: { newStream: async () => near } as unknown as Connection, far }
}

t.test('what is no echo is no answer', async (t) => {
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
