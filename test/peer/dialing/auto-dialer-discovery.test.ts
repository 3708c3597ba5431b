import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { dialsOf, limits, opened, pair, stranger } from '../../support/dialing/pair.ts'
import { nextEvent } from '../../support/memory-network.ts'

/** A PeerId that is smaller than those of keys made at random. */
function least(last: number): PeerId {
  return peerIdFromPublicKey(publicKeyFromRaw(Uint8Array.of(...new Uint8Array(31), last)))
}

t.test('strangers cannot fill the table, nor addresses a peer', async (t) => {
  const { autoDialer } = await pair(t)
  for (let i = 0; i < 10; i++) {
    autoDialer.found(
      await stranger(),
      ['a', 'b', 'c'].map((name) => multiaddr(`/memory/${name}${i}`))
    )
  }
  const known = autoDialer.neighbours()
  t.equal(known.length, limits.peers)
  t.ok(known.every((one) => one.addresses.length === limits.addresses))
})

t.test('the greater PeerId waits for the dial of the other, unless nobody can dial this node', async (t) => {
  const { here, clock, autoDialer } = await pair(t)
  const dials = dialsOf(here)
  autoDialer.found(least(0), [multiaddr('/memory/nobody-1')])
  await clock.advance(699)
  t.equal(dials.length, 0)
  await clock.advance(1)
  t.equal(dials.length, 1)
  here.getMultiaddrs = () => []
  autoDialer.found(least(1), [multiaddr('/memory/nobody-2')])
  await clock.advance(0)
  t.equal(dials.length, 2)
})

t.test('announced at any rate, a peer is dialled by its back-off', async (t) => {
  const { here, clock, autoDialer } = await pair(t)
  const dials = dialsOf(here)
  const peers = [await stranger(), await stranger(), await stranger()]
  for (let ms = 0; ms < 10_000; ms += 50) {
    for (const [i, peer] of peers.entries()) autoDialer.found(peer, [multiaddr(`/memory/nobody-${i}`)])
    await clock.advance(50)
  }
  for (const peer of peers) {
    const { length } = dials.filter(([address]) => address?.endsWith(peer.toString()))
    t.ok(length >= 3 && length <= 5, `${length} dials in 10 s`)
  }
})

t.test('peers made up at any rate are dialled within the budget', async (t) => {
  const { here, clock, autoDialer } = await pair(t, () => false, { peers: 1000 })
  const dials = dialsOf(here)
  const made = await Promise.all(Array.from({ length: 300 }, stranger))
  for (let minute = 0; minute < 3; minute++) {
    for (const [i, peer] of made.entries()) autoDialer.found(peer, [multiaddr(`/memory/${minute}-${i}`)])
    await clock.advance(60_000)
  }
  const addresses = dials.flat().length
  t.ok(addresses <= 30 * 4, `${addresses} addresses in 3 min`)
  t.ok(addresses >= 30 * 3, 'and as many as the budget has for them')
})

t.test('peers made up at one address of a third host are its back-off together', async (t) => {
  const { here, clock, autoDialer } = await pair(t, () => false, { peers: 1000 })
  const dials = dialsOf(here)
  const made = await Promise.all(Array.from({ length: 200 }, stranger))
  for (let s = 0; s < 150; s += 10) {
    for (const peer of made) autoDialer.found(peer, [multiaddr('/ip4/127.0.0.1/tcp/9')])
    await clock.advance(10_000)
  }
  t.ok(dials.length <= 30, `${dials.length} dials in 150 s`)
})

t.test('a peer that was there before is reached beside any number of made-up ones', async (t) => {
  const { here, there, clock, autoDialer, peer } = await pair(t, () => false, { peers: 1000 })
  const first = opened(here)
  autoDialer.found(there.peerId, there.getMultiaddrs())
  await clock.advance(1000)
  await first
  const made = await Promise.all(Array.from({ length: 300 }, stranger))
  for (const one of made) autoDialer.found(one, there.getMultiaddrs())
  await clock.advance(60_000)
  const closed = nextEvent(here, 'connection:close')
  await there.hangUp(here.peerId)
  await closed
  const again = Promise.all([opened(here), opened(there)])
  await clock.advance(1000)
  await again
  t.equal(autoDialer.connection(peer)?.remotePeer.toString(), peer)
})

t.test('discovery leads to nobody outside the local network', async (t) => {
  const { here, clock, autoDialer } = await pair(t)
  const dials = dialsOf(here)
  const peer = await stranger()
  const near = `/ip4/192.168.7.7/tcp/4001/p2p/${peer}`
  const far = ['/ip4/198.51.100.7/tcp/80', '/dns4/example.com/tcp/80', '/ip6/2001:db8::7/tcp/80']
  autoDialer.found(
    await stranger(),
    far.map((text) => multiaddr(text))
  )
  autoDialer.found(
    peer,
    [...far, near].map((text) => multiaddr(text))
  )
  t.equal(autoDialer.neighbours().length, 1)
  here.dial = async (target) => {
    dials.push([target].flat().map(String))
    throw new Error('nobody')
  }
  await clock.advance(1000)
  t.same(dials[0], [near])
})

t.test('a node that hears itself is not its own neighbour', async (t) => {
  const { here, autoDialer } = await pair(t)
  autoDialer.found(here.peerId, here.getMultiaddrs())
  t.same(autoDialer.neighbours(), [])
})

t.test('a newcomer is dialled beside any number of peers that another host makes up', async (t) => {
  const { here, there, clock, autoDialer } = await pair(t, () => false, { peers: 1000 })
  const made = await Promise.all(Array.from({ length: 200 }, stranger))
  for (const [i, one] of made.entries()) autoDialer.found(one, [multiaddr(`/memory/made-${i}`)], '10.0.0.3')
  await clock.advance(60_000)
  const met = Promise.all([opened(here), opened(there)])
  autoDialer.found(there.peerId, there.getMultiaddrs(), '10.0.0.4')
  await clock.advance(1000)
  await met
  t.ok(autoDialer.connection(there.peerId.toString()))
})
