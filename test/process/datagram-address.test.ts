import t from 'tap'
import { whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import { cabled, datagramCounter, eventually } from '../support/query/far-asking.ts'

const skip = whyNoNamespaces()
/** Pings that detect a dead connection, and its retries. */
const config = { limits: { network: { pingInterval: '1s' }, neighbourhood: { retryMin: '100ms' } } }

t.test('our address changes: the flow ends, and another takes UDP again', { skip }, async (t) => {
  const { desk, asked, isByUdp } = await cabled(t, '10.77.1', config)
  t.ok(await eventually(isByUdp, 20), 'by UDP once it is proven')
  desk.ip('addr', 'del', '10.77.1.1/24', 'dev', 'to-hall')
  desk.ip('addr', 'add', '10.77.1.3/24', 'dev', 'to-hall')
  const began = performance.now()
  t.ok(await eventually(isByUdp, 60), 'by UDP from the new address')
  t.comment(`after ${Math.round(performance.now() - began)} ms`)
  t.ok((await datagramCounter(asked, 'dropped-source')) >= 0)
})
