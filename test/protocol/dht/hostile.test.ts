import { randomBytes } from 'node:crypto'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import * as Digest from 'multiformats/hashes/digest'
import t, { type Test } from 'tap'
import { KAD_PROTOCOL, MAX_STREAM_BYTES } from '../../../src/protocol/dht/constants.ts'
import { answerOf, dhtLiar, distance, type Lie, madeUpId, type NamedPeer } from '../../support/dht/liar.ts'
import { type DhtNode, type DhtPlan, dhtNode, found } from '../../support/dht/node.ts'
import { until } from '../../support/until.ts'

const signal = AbortSignal.timeout(60_000)
/** TEST-NET-3: a third party. */
const third = Array.from({ length: 12 }, (_, i) => multiaddr(`/ip4/203.0.113.9/tcp/${4001 + i}`))
/** What the gate of a node refuses (assembly/reach/dht.ts). */
const refused = ['/ip4/127.0.0.1/tcp/1', '/dns4/example.org/tcp/1'].map((one) => multiaddr(one))

const nobody = (): string => textOf(madeUpId())

function textOf(id: Uint8Array): string {
  return peerIdFromMultihash(Digest.decode(id)).toString()
}

function madeUp(addresses = third): NamedPeer {
  return { id: madeUpId(), addresses }
}

interface Facing {
  readonly client: DhtNode
  /** A server that answers so, and that the client has in its table. */
  readonly liar: Awaited<ReturnType<typeof dhtLiar>>
}

async function facing(t: Test, lie: Lie, plan: DhtPlan = {}): Promise<Facing> {
  const liar = await dhtLiar(t, lie)
  const client = await dhtNode(t, { bootstrap: [liar.address], ...plan })
  await until(() => client.dht.status.servers === 1 && client.dht.status.bootstrap.connected === 1)
  return { client, liar }
}

/** Streams of the DHT that a node has to others. */
function streamsOf({ network }: DhtNode): number {
  return network
    .getConnections()
    .flatMap(({ streams }) => streams)
    .filter(({ protocol, status }) => protocol === KAD_PROTOCOL && status === 'open').length
}

t.test('ten thousand made-up servers fill no table, and are dialled within the budget', async (t) => {
  const own: NamedPeer[] = []
  const { client, liar } = await facing(
    t,
    // Itself and the asker, time and again, and new ones each time.
    () => [...own, ...Array.from({ length: 250 }, () => madeUp(third.slice(0, 1)))],
    {
      limits: { heard: 16, dialsPerMinute: 8 },
      dialable: (_peer, addresses) => addresses.filter((one) => !refused.includes(one))
    }
  )
  own.push(
    { id: liar.network.peerId.toMultihash().bytes, addresses: third },
    { id: client.network.peerId.toMultihash().bytes, addresses: third },
    { id: madeUpId(), addresses: refused }
  )
  const asked = liar.asked.length
  for (let i = 0; i < 40; i++) await t.rejects(found(client, nobody(), signal), { code: 'not-found' })
  t.ok(liar.asked.length - asked >= 40, 'it named ten thousand')
  t.equal(client.dht.counters['heard'], 16, 'the newest are remembered')
  t.equal(client.dht.status.servers, 1, 'none is in the table')
  t.same(await peersOf(client), [liar.peer], 'nor in the peer store')
  // A quarter of the budget may fail of what one names, and that many come back in a minute.
  const dialled = client.dialled.filter((peer) => peer !== liar.peer)
  t.ok(dialled.length >= 2 && dialled.length <= 4, `${dialled.length} dials`)
  t.notOk(dialled.includes(client.peer), 'nor itself')
  t.equal(streamsOf(client), 0, 'no stream is left')
})

async function peersOf({ network }: DhtNode): Promise<string[]> {
  return (await network.peerStore.all()).map(({ id }) => id.toString())
}

t.test('libp2p dials no server again by its PeerId when it disconnects', async (t) => {
  const { client, liar } = await facing(t, () => [])
  const { tags } = await client.network.peerStore.get(liar.network.peerId)
  t.same([...tags.keys()], [], 'the table leaves no tag, by which libp2p would')
})

t.test('a peer that speaks no DHT is not in the table because another one names it', async (t) => {
  const named: NamedPeer[] = []
  const { client, liar } = await facing(t, () => named)
  const plain = await dhtNode(t)
  await plain.network.dial(client.network.getMultiaddrs())
  named.push({ id: plain.network.peerId.toMultihash().bytes, addresses: plain.network.getMultiaddrs() })
  for (let i = 0; i < 5; i++) await found(client, nobody(), signal).catch(() => undefined)
  t.equal(client.dht.status.servers, 1)
  t.ok(liar.asked.length >= 5)
})

const stalling: Readonly<Record<string, Lie>> = {
  'says nothing': () => undefined,
  'sends an answer byte by byte': (_key, stream) => {
    drip(stream, Buffer.concat([Buffer.of(0xa0, 0x06), answerOf(Array.from({ length: 20 }, () => madeUp()))]))
    return undefined
  },
  'sends a length and never so much': (_key, stream) => {
    stream.send(Buffer.of(0xff, 0x7f))
    return undefined
  }
}

function drip(stream: Parameters<Lie>[1], bytes: Uint8Array): void {
  let sent = 0
  const timer = setInterval(() => {
    if (stream.status !== 'open' || sent >= bytes.length) return clearInterval(timer)
    stream.send(bytes.subarray(sent, ++sent))
  }, 20)
}

for (const [name, lie] of Object.entries(stalling))
  t.test(`a server that ${name} holds up a search until its deadline`, async (t) => {
    const { client } = await facing(t, lie, { limits: { lookup: 200 } })
    await t.rejects(found(client, nobody(), signal), { code: 'deadline' })
    await until(() => streamsOf(client) === 0)
    t.pass('its stream is reset')
  })

t.test('an answer that is too large is none', async (t) => {
  const many = Array.from({ length: 1500 }, () => madeUp(third.slice(0, 1)))
  t.ok(answerOf(many).length > MAX_STREAM_BYTES)
  const { client } = await facing(t, () => many)
  await t.rejects(found(client, nobody(), signal), { code: 'not-found' })
  t.equal(client.dht.counters['heard'], 0)
  await until(() => streamsOf(client) === 0)
})

t.test('a server that goes on sending after its answer is cut', async (t) => {
  const { client } = await facing(
    t,
    (_key, stream) => {
      const answer = answerOf([])
      stream.send(Buffer.concat([Buffer.of(answer.length), answer]))
      drip(stream, randomBytes(10_000))
      return undefined
    },
    { limits: { lookup: 300 } }
  )
  await t.rejects(found(client, nobody(), signal), { code: 'not-found' })
  await until(() => streamsOf(client) === 0)
  t.pass('its stream is reset')
})

const idOf = ({ network }: Pick<DhtNode, 'network'>): Uint8Array => network.peerId.toMultihash().bytes

t.test('beside a liar the word of honest servers counts, and they are reached', async (t) => {
  const far = await dhtNode(t, { serve: true })
  const near = await dhtNode(t, { serve: true, bootstrap: [far.address] })
  await until(() => far.dht.status.servers === 1)
  let sought = await dhtNode(t, { bootstrap: [near.address] })
  // kad-dht asks on only those that are closer to the key.
  while (distance(idOf(near), idOf(sought)) > distance(idOf(far), idOf(sought)))
    sought = await dhtNode(t, { bootstrap: [near.address] })
  await until(() => sought.dht.status.servers > 0)
  /** Of many, those next to the key, so that they would be asked before all others. */
  const next = (key: Uint8Array): NamedPeer[] =>
    Array.from({ length: 200 }, () => madeUp())
      .map((one) => ({ one, away: distance(one.id, key) }))
      .sort((a, b) => (a.away < b.away ? -1 : 1))
      .map(({ one }) => one)
      .slice(0, 20)
  const { client } = await facing(
    t,
    (key) => [{ id: key, addresses: third }, { id: idOf(near), addresses: third }, ...next(key)],
    { limits: { dialsPerMinute: 8 } }
  )
  await client.network.dial(far.network.getMultiaddrs())
  await until(() => client.dht.status.servers === 2)
  const words = await found(client, sought.peer, signal)
  const [address] = sought.network.getMultiaddrs()
  t.ok(words.includes(String(address).replace(/\/p2p\/.*/, '')), `the honest word is among ${words}`)
  t.ok(words.includes(String(third[0])), 'the lie was heard first')
  t.ok(client.dialled.includes(near.peer), 'the server that knows it was dialled')
})
