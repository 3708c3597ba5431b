import t from 'tap'
import type { PingReply } from '../../src/node/api/operations.ts'
import { Namespace, whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import { askByDatagram, datagramCounter } from '../support/query/far-asking.ts'

const skip = whyNoNamespaces()

/** Gossip does not cross a limited relay; no connection is closed for that. */
const config = { limits: { network: { gossipCheck: '1s' } } }

t.test('over a relay: datagrams are answered, and no UDP leaves either host', { skip }, async (t) => {
  const [desk, den, hall] = [new Namespace('desk'), new Namespace('den'), new Namespace('hall')]
  t.teardown(() => {
    for (const one of [desk, den, hall]) one.end()
  })
  Namespace.cable(desk, '10.77.2.1/24', den, '10.77.2.2/24')
  Namespace.cable(hall, '10.77.3.1/24', den, '10.77.3.2/24')
  const relay = (await den.relay()).map((address) => address.replace(/^\/ip4\/[^/]+/, ''))
  const [requester, asked] = await Promise.all([
    desk.node({ config, relay: `/ip4/10.77.2.2${relay[0]}` }),
    hall.node({ config, relay: `/ip4/10.77.3.2${relay[0]}` })
  ])
  // A relayed connection is never local: strangers are denied.
  await asked.call('bookPut', { name: 'desk', who: requester.peer })
  await requester.call('dial', `/ip4/10.77.2.2${relay[0]}/p2p-circuit/p2p/${asked.peer}`)
  const who = asked.peer
  const pings = await requester.call<PingReply[]>('ping', { who, count: 3, by: 'datagram' })
  t.match(pings, [{ by: 'datagram', rtt: Number, path: /^relay/ }, {}, {}])
  for (let i = 0; i < 20; i++) t.equal(await askByDatagram(requester, who), 'stream')
  t.ok((await datagramCounter(asked, 'received-stream')) >= 23)
  t.equal(await datagramCounter(requester, 'dropped-relay-limit'), 0)
  t.strictSame([desk.udpSent(), hall.udpSent()], [0, 0], 'as their kernels count it')
})
