import t from 'tap'
import { whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import { askByDatagram, cabled, eventually } from '../support/query/far-asking.ts'

const skip = whyNoNamespaces()
/** A timeout that a busy machine keeps. */
const config = { limits: { query: { deadline: '10min' } } }

t.test('UDP is blocked: questions go by stream, and by UDP again when it is free', { skip }, async (t) => {
  const { desk, hall, requester, who, isByUdp } = await cabled(t, '10.77.0', config)
  t.ok(await eventually(isByUdp, 20), 'by UDP once it is proven')
  desk.blockUdp()
  hall.blockUdp()
  t.equal(await askByDatagram(requester, who), 'stream', 'answered all the same')
  const sent = hall.udpSent()
  for (let i = 0; i < 5; i++) t.equal(await askByDatagram(requester, who), 'stream', 'each at the first try')
  t.equal(hall.udpSent(), sent)
  desk.unblockUdp()
  hall.unblockUdp()
  t.ok(await eventually(isByUdp, 60), 'back on UDP')
})
