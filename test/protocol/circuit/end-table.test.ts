import type { Connection, PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { EndTable } from '../../../src/protocol/circuit/end-table.ts'
import { circuitAddress } from '../../../src/protocol/circuit/stream-connection.ts'

const A = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const HOP = '12D3KooWEZXjE41uU4EL2gpkAQeDXYok6wghN7wwNVPF5bwkaNfS'
const Z = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'

/** A table of the node `self`, and what opens connections to `peer`. */
function bench(self: string) {
  const clock = new VirtualClock()
  const connections: unknown[] = []
  const network = Object.assign(new EventTarget(), {
    peerId: { toString: () => self } as PeerId,
    getConnections: () => connections
  })
  const table = new EndTable(network as unknown as ConstructorParameters<typeof EndTable>[0], clock)
  table.start()
  function open(peer: string, openedByUs: boolean) {
    const address = circuitAddress(HOP, peer)
    const state = { bytes: 0 }
    table.expect(address, { path: [HOP], openedByUs, bytes: () => state.bytes })
    const connection = {
      remoteAddr: address,
      remotePeer: { toString: () => peer },
      status: 'open',
      state,
      streams: [] as { protocol: string }[],
      async close() {
        connection.status = 'closed'
        network.dispatchEvent(new CustomEvent('connection:close', { detail: connection }))
      }
    }
    network.dispatchEvent(new CustomEvent('connection:open', { detail: connection }))
    return connection
  }
  function connectDirectly(peer: string): void {
    const remotePeer = { toString: () => peer }
    connections.push({ remoteAddr: multiaddr('/memory/a'), remotePeer, status: 'open' })
  }
  return { clock, table, open, connectDirectly }
}

t.test('closed after a minute without a stream other than ping and identify', async (t) => {
  const { clock, table, open } = bench(A)
  const one = open(Z, true)
  t.same(table.pathOf(one as unknown as Connection), [HOP])
  one.streams = [{ protocol: '/sensor/temp/v1' }]
  await clock.advance(120_000)
  t.equal(one.status, 'open')
  one.streams = [{ protocol: '/ipfs/ping/1.0.0' }, { protocol: '/ipfs/id/1.0.0' }]
  await clock.advance(59_000)
  t.equal(one.status, 'open')
  await clock.advance(1000)
  t.equal(one.status, 'closed')
  t.equal(table.size, 0)
})

t.test('the control stream of datagrams counts while bytes move', async (t) => {
  const { clock, open } = bench(A)
  const one = open(Z, true)
  one.streams = [{ protocol: '/kith/dgram/v1' }]
  for (let i = 0; i < 60; i++) {
    one.state.bytes += 50
    await clock.advance(2000)
  }
  t.equal(one.status, 'open')
  await clock.advance(60_000)
  t.equal(one.status, 'closed')
})

t.test('beside a direct connection, half a minute after its last stream', async (t) => {
  const { clock, open, connectDirectly } = bench(A)
  const one = open(Z, true)
  one.streams = [{ protocol: '/sensor/temp/v1' }]
  connectDirectly(Z)
  await clock.advance(60_000)
  t.equal(one.status, 'open', 'what runs on it runs on')
  one.streams = []
  await clock.advance(29_000)
  t.equal(one.status, 'open')
  await clock.advance(1000)
  t.equal(one.status, 'closed')
})

for (const [self, peer, stays] of [
  [A, Z, 'ours'],
  [Z, A, 'theirs']
] as const) {
  t.test(`of two at once that of the smaller PeerId stays: ${stays}`, async (t) => {
    const { clock, table, open } = bench(self)
    const ours = open(peer, true)
    await clock.advance(5000)
    const theirs = open(peer, false)
    const [kept, lesser] = stays === 'ours' ? [ours, theirs] : [theirs, ours]
    t.equal(table.best(peer), kept)
    lesser.streams = [{ protocol: '/sensor/temp/v1' }]
    await clock.advance(10_000)
    t.equal(lesser.status, 'open', 'while it is used')
    lesser.streams = []
    await clock.advance(2000)
    t.equal(lesser.status, 'closed')
    t.equal(kept.status, 'open')
  })
}

t.test('one that comes later is not at once', async (t) => {
  const { clock, table, open } = bench(A)
  const ours = open(Z, true)
  await clock.advance(11_000)
  const theirs = open(Z, false)
  await clock.advance(3000)
  t.same([ours.status, theirs.status], ['open', 'open'])
  t.equal(table.best(Z), ours)
  await clock.advance(60_000)
  t.equal(table.size, 0)
})
