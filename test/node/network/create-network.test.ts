import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { memoryNetwork } from '../../support/memory-network.ts'

const PING = '/ipfs/ping/1.0.0'
/** Milliseconds; by itself libp2p would wait until the next ping, the sixth second. */
const PATIENCE = 5000

t.test('a peer that leaves a ping unanswered for as long as configured is disconnected', async (t) => {
  const [a, b] = [await memoryNetwork({}, { pingInterval: 3000, pingTimeout: 200 }), await memoryNetwork()]
  t.teardown(() => Promise.all([a.stop(), b.stop()]))
  await b.unhandle(PING)
  await b.handle(PING, () => {})
  const connection = await a.dial(b.getMultiaddrs())
  for (let waited = 0; waited < PATIENCE && connection.status === 'open'; waited += 20)
    await systemClock.sleep(20)
  t.not(connection.status, 'open')
})

t.test('a peer that answers stays connected', async (t) => {
  const [a, b] = [await memoryNetwork({}, { pingInterval: 20, pingTimeout: 2000 }), await memoryNetwork()]
  t.teardown(() => Promise.all([a.stop(), b.stop()]))
  const connection = await a.dial(b.getMultiaddrs())
  for (let waited = 0; waited < PATIENCE && connection.rtt === undefined; waited += 20)
    await systemClock.sleep(20)
  t.ok(connection.rtt !== undefined, 'pinged')
  t.equal(connection.status, 'open')
})
