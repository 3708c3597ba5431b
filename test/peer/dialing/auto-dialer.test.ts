import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { dialsOf, limits, opened, pair, stranger } from '../../support/dialing/pair.ts'
import { nextEvent } from '../../support/memory-network.ts'
import { until } from '../../support/until.ts'

t.test('what was found is dialled, what was lost is dialled again, without end', async (t) => {
  const { here, there, clock, autoDialer, peer } = await pair(t)
  const first = Promise.all([opened(here), opened(there)])
  autoDialer.found(there.peerId, there.getMultiaddrs())
  await clock.advance(1000)
  await first
  t.equal(autoDialer.connection(peer)?.direct, true)

  const closed = nextEvent(here, 'connection:close')
  await there.hangUp(here.peerId)
  await closed
  t.equal(autoDialer.connection(peer), undefined)
  const again = Promise.all([opened(here), opened(there)])
  await clock.advance(1000)
  await again
  t.match(autoDialer.neighbours(), [{ peer, connected: true }])
})

t.test('a stranger that was never reached is removed in minutes', async (t) => {
  const { here, clock, autoDialer } = await pair(t)
  const dials = dialsOf(here)
  const nobody = await stranger()
  autoDialer.found(nobody, [multiaddr('/memory/nobody')])
  await clock.advance(10_000)
  t.ok(dials.length >= 2 && dials.length <= 5, `${dials.length} dials in 10 s`)
  await clock.advance(600_000)
  t.ok(dials.length <= 10, `${dials.length} dials in all`)
  t.same(autoDialer.neighbours(), [])
})

t.test('one that was reached is dialled for hours, less and less, and then removed', async (t) => {
  const { here, there, clock, autoDialer } = await pair(t)
  const first = opened(here)
  autoDialer.found(there.peerId, there.getMultiaddrs())
  await clock.advance(1000)
  await first
  const closed = nextEvent(here, 'connection:close')
  await there.stop()
  await closed
  const dials = dialsOf(here)
  await clock.advance(3_000_000)
  t.equal(autoDialer.neighbours().length, 1)
  t.ok(dials.length >= 8 && dials.length <= 20, `${dials.length} dials in 50 min`)
  await clock.advance(1_800_000)
  t.same(autoDialer.neighbours(), [])
})

t.test('one that came in and tells no address is forgotten when it goes', async (t) => {
  for (const inBook of [false, true]) {
    const { here, there, autoDialer, peer } = await pair(t, () => inBook)
    const both = Promise.all([opened(here), opened(there)])
    await there.dial(here.getMultiaddrs())
    await both
    t.match(autoDialer.neighbours(), [{ peer, connected: true }])
    const closed = nextEvent(here, 'connection:close')
    await there.hangUp(here.peerId)
    await closed
    await until(() => autoDialer.neighbours().length === (inBook ? 1 : 0))
    t.equal(autoDialer.neighbours().length, inBook ? 1 : 0)
  }
})

t.test('one that came in and tells an address is not', async (t) => {
  const { here, there, clock, autoDialer, peer } = await pair(t)
  await here.peerStore.merge(there.peerId, { multiaddrs: [multiaddr('/ip4/192.168.1.7/tcp/4001')] })
  const both = Promise.all([opened(here), opened(there)])
  await there.dial(here.getMultiaddrs())
  await both
  const closed = nextEvent(here, 'connection:close')
  await there.hangUp(here.peerId)
  await closed
  await clock.advance(100)
  await here.peerStore.get(there.peerId)
  t.match(autoDialer.neighbours(), [{ peer, connected: false }])
})

t.test('peers of the book are dialled every minute and never removed', async (t) => {
  const { here, clock, autoDialer } = await pair(t, () => true)
  const nobody = (await stranger()).toString()
  autoDialer.remember(nobody, ['/memory/nobody'])
  const dials = dialsOf(here)
  await clock.advance(4_000_000)
  t.match(autoDialer.neighbours(), [{ peer: nobody, connected: false, seenAt: undefined }])
  t.ok(dials.length >= 60, `${dials.length} dials in 66 min, outside the budget of strangers`)
})

t.test('connect dials at once, by what is known', async (t) => {
  const { there, autoDialer, peer } = await pair(t)
  autoDialer.remember(peer, there.getMultiaddrs().map(String))
  const connection = await autoDialer.connect(peer, AbortSignal.timeout(5000))
  t.equal(connection.remotePeer.toString(), peer)
  t.equal(await autoDialer.connect(peer, AbortSignal.timeout(5000)), connection, 'and is reused')
})

t.test('a peer that has a new address is dialled at once', async (t) => {
  const { here, clock, autoDialer } = await pair(t)
  const peer = await stranger()
  autoDialer.found(peer, [multiaddr('/memory/one')])
  await clock.advance(100_000)
  const dials = dialsOf(here)
  autoDialer.found(peer, [multiaddr('/memory/two')])
  await clock.advance(1000)
  t.same(dials[0], [`/memory/two/p2p/${peer}`])
})

t.test('a peer that was there before and comes back is dialled at once', async (t) => {
  const { here, there, clock, autoDialer } = await pair(t)
  const first = opened(here)
  autoDialer.found(there.peerId, there.getMultiaddrs())
  await clock.advance(1000)
  await first
  const closed = nextEvent(here, 'connection:close')
  await there.stop()
  await closed
  await clock.advance(600_000)
  const dials = dialsOf(here)
  for (let s = 0; s < 3; s++) {
    autoDialer.found(there.peerId, [multiaddr('/memory/nobody')])
    autoDialer.found(there.peerId, there.getMultiaddrs())
    await clock.advance(1000)
  }
  t.ok(dials.length >= 1 && dials.length <= 3, `${dials.length} dials in 3 s`)
})

t.test('one forgotten while it is dialled is not dialled again, and libp2p forgets it too', async (t) => {
  const { here, clock, autoDialer } = await pair(t)
  const first = await stranger()
  await here.peerStore.merge(first, { multiaddrs: [multiaddr('/memory/nobody')] })
  const dials: string[] = []
  const gate = Promise.withResolvers<never>()
  here.dial = (target) => {
    dials.push(String([target].flat()[0]))
    return gate.promise
  }
  autoDialer.found(first, [multiaddr('/memory/nobody')])
  await clock.advance(1000)
  for (let i = 0; i < limits.peers; i++) autoDialer.found(await stranger(), [multiaddr(`/memory/${i}`)])
  t.notOk(autoDialer.neighbours().some(({ peer }) => peer === first.toString()))
  gate.reject(new Error('nobody there'))
  await clock.advance(10_000)
  const again = dials.filter((address) => address.endsWith(first.toString()))
  t.equal(again.length, 1)
  t.equal(await here.peerStore.has(first), false)
})

t.test('what was learned of a peer is forgotten on demand, but for what the book has', async (t) => {
  const { here, there, autoDialer, peer } = await pair(t)
  const [own] = there.getMultiaddrs().map((address) => address.toString().replace(`/p2p/${peer}`, ''))
  autoDialer.remember(peer, ['/memory/written', own ?? ''])
  const identified = nextEvent(here, 'peer:identify')
  const connection = await autoDialer.connect(peer, AbortSignal.timeout(5000))
  await identified
  const forgotten = await autoDialer.forgetAddresses(peer, ['/memory/written'])
  t.same(forgotten, [own])
  t.match(autoDialer.neighbours(), [{ peer, connected: true, addresses: ['/memory/written'] }])
  t.same((await here.peerStore.get(there.peerId)).addresses, [])
  t.equal(autoDialer.connection(peer), connection, 'an open connection stays')
})

t.test('nobody is dialled whom the gate refuses', async (t) => {
  const { here, there, clock, autoDialer, refused, peer } = await pair(t)
  const dials = dialsOf(here)
  refused.add(peer)
  autoDialer.found(there.peerId, there.getMultiaddrs())
  await clock.advance(10_000)
  await t.rejects(autoDialer.connect(peer, AbortSignal.timeout(5000)), /denied/)
  t.same(dials, [])
})

t.test('who has no address that can be dialled is never dialled, and is until one is known', async (t) => {
  const { here, there, clock, autoDialer, peer } = await pair(t, () => true)
  const dials = dialsOf(here)
  t.equal(autoDialer.remember(peer, ['/ip4/192.0.2.1/udp/4001/quic-v1']), false)
  await clock.advance(300_000)
  t.same(dials, [])
  t.match(autoDialer.neighbours(), [{ peer, addresses: ['/ip4/192.0.2.1/udp/4001/quic-v1'] }])
  const connected = opened(here)
  t.equal(autoDialer.remember(peer, there.getMultiaddrs().map(String)), true)
  await clock.advance(1000)
  await connected
})

t.test('a peer of a long book is dialled on demand before it has its turn', async (t) => {
  const { here, there, autoDialer, peer } = await pair(
    t,
    () => true,
    {},
    (asked) => (asked === peer ? there.getMultiaddrs().map(String) : [])
  )
  const connected = opened(here)
  const connection = await autoDialer.connect(peer, AbortSignal.timeout(10_000))
  await connected
  t.equal(connection.remotePeer.toString(), peer)
})

t.test('no more peers are dialled at one time than the limit', async (t) => {
  const { here, clock, autoDialer, ordered } = await pair(t, () => true, { peers: 1000, parallelDials: 2 })
  const dials = dialsOf(here)
  const held = Promise.withResolvers<never>()
  here.dial = (target) => {
    dials.push([target].flat().map(String))
    return held.promise
  }
  for (let i = 0; i < 50; i++) autoDialer.remember((await stranger()).toString(), [`/memory/${i}`])
  await clock.advance(5000)
  t.equal(dials.length, 2)
  t.equal(ordered.length, 2, 'addresses of peers that wait are not put in order')
  held.reject(new Error('nobody there'))
  await clock.advance(60_000)
  t.ok(new Set(dials.flat()).size >= 20, 'the others have their turn')
})

t.test('over a longer connection a peer of the book says where it is, and is dialled there', async (t) => {
  const { here, there, clock, autoDialer, peer } = await pair(t, () => true)
  const dials = dialsOf(here)
  const closing = new AbortController()
  const longer = {
    remotePeer: there.peerId,
    remoteAddr: multiaddr(`/p2p/${await stranger()}/p2p-circuit/p2p/${peer}`),
    direction: 'outbound',
    status: 'open',
    streams: [{ protocol: '/sensor/temp/v1' }],
    limits: {},
    close: async () => closing.abort()
  }
  const connectionsOf = here.getConnections.bind(here)
  here.getConnections = (id) => [longer as unknown as Connection, ...connectionsOf(id)]
  here.safeDispatchEvent('connection:open', { detail: longer })
  t.equal(autoDialer.connection(peer), longer)
  await clock.advance(10_000)
  t.same(dials, [], 'it has said nothing yet')
  await here.peerStore.merge(there.peerId, { multiaddrs: there.getMultiaddrs() })
  const met = opened(here)
  // Less than a dial may take: it goes on in real time.
  await clock.advance(10_000)
  await met
  t.equal(autoDialer.connection(peer)?.direct, true)
  longer.streams = []
  await clock.advance(60_000)
  t.ok(closing.signal.aborted, 'the longer one is closed')
})

t.test('once the interfaces change, who was not reached is dialled at once', async (t) => {
  const { here, clock, autoDialer } = await pair(t, () => true)
  autoDialer.remember((await stranger()).toString(), ['/memory/nobody'])
  await clock.advance(600_000)
  const dials = dialsOf(here)
  autoDialer.networkChanged()
  await clock.advance(1000)
  t.ok(dials.length >= 1 && dials.length <= 2, `${dials.length} dials in a second`)
  await clock.advance(5000)
  t.ok(dials.length >= 3, 'and the waits begin anew')
})
