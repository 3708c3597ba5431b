import t from 'tap'
import { FINDABLE_PROTOCOL, KAD_PROTOCOL } from '../../../src/protocol/dht/constants.ts'
import { PeerRoles } from '../../../src/protocol/dht/peer-roles.ts'

const fresh = Array.from({ length: 1000 }, (_, i) => `stranger-${i}`)

t.test('what a peer is to the DHT, as its identify says now', async (t) => {
  const roles = new PeerRoles(16, () => true)
  roles.set('server', ['/ipfs/ping/1.0.0', KAD_PROTOCOL])
  roles.set('client', [FINDABLE_PROTOCOL])
  roles.set('other', ['/ipfs/ping/1.0.0'])
  t.same([roles.isServer('server'), roles.isFindable('server')], [true, false])
  t.same([roles.isServer('client'), roles.isFindable('client')], [false, true])
  t.same([roles.isServer('other'), roles.isFindable('other'), roles.size], [false, false, 3])
  roles.set('server', [])
  t.same([roles.isServer('server'), roles.size], [false, 3])
})

t.test('a thousand strangers that come and go displace nobody who is connected', async (t) => {
  const connected = new Set(['server', 'client'])
  const roles = new PeerRoles(16, (peer) => connected.has(peer))
  roles.set('server', [KAD_PROTOCOL])
  roles.set('client', [FINDABLE_PROTOCOL])
  for (const peer of fresh) roles.set(peer, [KAD_PROTOCOL])
  t.equal(roles.size, 16)
  t.ok(roles.isServer('server'))
  t.ok(roles.isFindable('client'))
})

t.test('nor is more remembered where all are connected', async (t) => {
  const roles = new PeerRoles(16, () => true)
  for (const peer of fresh) roles.set(peer, [KAD_PROTOCOL])
  t.equal(roles.size, 16)
  t.ok(roles.isServer('stranger-999'))
})

t.test('it is waited for what a peer is', async (t) => {
  const roles = new PeerRoles(16, () => true)
  const signal = new AbortController().signal
  const later = Promise.all(['server', 'other'].map((peer) => roles.isServerInTheEnd(peer, signal)))
  roles.set('other', [])
  roles.set('server', [KAD_PROTOCOL])
  t.same(await later, [true, false])
  t.equal(await roles.isServerInTheEnd('server', signal), true)
  await t.rejects(roles.isServerInTheEnd('mute', AbortSignal.abort(new Error('enough'))), new Error('enough'))
})
