import t from 'tap'
import { Namespace, whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import { askByDatagram, eventually } from '../support/query/far-asking.ts'

const skip = whyNoNamespaces()
/** A timeout that a busy machine keeps. */
const config = { limits: { query: { deadline: '10min' } } }

t.test('UDP is blocked: questions go by stream, and by UDP again when it is free', { skip }, async (t) => {
  const [desk, hall] = [new Namespace('desk'), new Namespace('hall')]
  t.teardown(() => {
    desk.end()
    hall.end()
  })
  Namespace.cable(desk, '10.77.0.1/24', hall, '10.77.0.2/24')
  const [requester, asked] = await Promise.all([desk.node({ config }), hall.node({ config })])
  const who = `/ip4/10.77.0.2/tcp/4001/p2p/${asked.peer}`
  const isByUdp = async (): Promise<boolean> => (await askByDatagram(requester, who)) === 'udp'
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
