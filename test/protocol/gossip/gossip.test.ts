import t, { type Test } from 'tap'
import { REPEAT_AFTER } from '../../../src/protocol/gossip/constants.ts'
import { META_TOPIC } from '../../../src/protocol/protocol-registry.ts'
import type { Catalogue } from '../../../src/reading/signed/catalogue.ts'
import { encodeCatalogue } from '../../../src/reading/signed/catalogue-write.ts'
import { seal } from '../../../src/reading/signed/seal.ts'
import { GossipNode, rates } from '../../support/gossip-node.ts'
import { encodePack } from '../../support/packs.ts'
import { metaOf, readingOf, testSigner } from '../../support/readings.ts'
import { until } from '../../support/until.ts'

const TOPIC = '/sensor/temp/v1'
const author = testSigner(7)
const run = { epoch: 1_790_000_000, boot: '0011223344556677' }

function packOf(seq: number, signer = author): Uint8Array {
  return seal('pack', encodePack([readingOf(signer.peer, { position: { ...run, seq } })]), signer)
}

async function nodes(t: Test, ...options: Parameters<typeof GossipNode.start>[0][]): Promise<GossipNode[]> {
  const started = await Promise.all(options.map((option) => GossipNode.start(option)))
  t.teardown(async () => {
    // One after the other: two ends that close at once wait for each other.
    for (const node of started) await node.stop()
  })
  for (const node of started) node.gossip.subscribe(TOPIC)
  return started
}

async function pair(
  t: Test,
  ...options: Parameters<typeof GossipNode.start>
): Promise<[GossipNode, GossipNode]> {
  const [a, b] = await nodes(t, {}, options[0])
  if (a === undefined || b === undefined) throw new Error('two nodes')
  await a.join(b, TOPIC)
  return [a, b]
}

t.test('a pack goes from neighbour to neighbour, its bytes untouched', async (t) => {
  const [a, b, c] = await nodes(t, {}, {}, {})
  if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes')
  await a.join(b, TOPIC)
  await b.join(c, TOPIC)
  const bytes = packOf(0)
  a.gossip.publish(TOPIC, bytes)
  await until(() => c.packs.length === 1)
  t.same(c.packs[0]?.bytes, bytes)
  t.equal(c.packs[0]?.author, author.peer)
  t.equal(b.packs.length, 1)
  t.equal(a.packs.length, 0, 'our own does not come back')
  t.equal(a.count('publish'), 1)
})

t.test('a sender beside the seal is dropped, and the clean pack still passes', async (t) => {
  const [stranger, node] = await pair(t)
  const from = Uint8Array.from(author.kid)
  for (const field of [{ from }, { from: new Uint8Array(0) }])
    stranger.inject(node, { topic: TOPIC, data: packOf(0), ...field })
  await until(() => node.foreignSenders === 2)
  t.equal(node.packs.length, 0)
  stranger.inject(node, { topic: TOPIC, data: packOf(0) })
  await until(() => node.packs.length === 1)
  t.equal(node.count('ignore-seen'), 0, 'what was dropped was not taken for seen')
})

t.test('seqno, key and signature of gossipsub are refused, and the clean pack still passes', async (t) => {
  const [stranger, node] = await pair(t)
  const eight = new Uint8Array(8)
  for (const field of [{ seqno: eight }, { key: eight }, { signature: eight }])
    stranger.inject(node, { topic: TOPIC, data: packOf(0), ...field })
  stranger.inject(node, { topic: TOPIC, data: packOf(1) })
  await until(() => node.packs.length === 1)
  t.equal(node.packs[0]?.readings[0]?.position.seq, 1)
  await until(() => node.inside.getScore(stranger.peer) < -80)
})

t.test('rejected messages end in the graylist, others are still heard', async (t) => {
  const [forger, node] = await pair(t)
  const [friend] = await nodes(t, {})
  await friend?.join(node, TOPIC)
  for (let i = 0; i < 140; i++) {
    const forged = packOf(i)
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    forger.inject(node, { topic: TOPIC, data: forged })
  }
  await until(() => !node.inside.acceptFrom(forger.peer))
  t.ok(node.inside.getScore(forger.peer) < -80)
  const before = node.gossip.counters()
  forger.inject(node, { topic: TOPIC, data: packOf(1000) })
  friend?.gossip.publish(TOPIC, packOf(2000))
  await until(() => node.packs.length === 1)
  t.equal(node.packs[0]?.readings[0]?.position.seq, 2000)
  t.equal(node.count('accept'), (before.accept ?? 0) + 1, 'the graylisted one is not even looked at')
  t.ok(node.inside.acceptFrom(friend?.peer ?? ''))
})

t.test('a signed pack on another topic is refused', async (t) => {
  const [stranger, node] = await pair(t)
  stranger.inject(node, { topic: '/sensor/humidity/v1', data: packOf(0) })
  stranger.inject(node, { topic: '/sensor/none/v1', data: packOf(0) })
  await until(() => node.count('reject-content') === 1)
  t.equal(node.packs.length, 0)
})

t.test('what is behind is handed to repair, and not relayed', async (t) => {
  const [sender, node] = await pair(t)
  sender.gossip.publish(TOPIC, packOf(7))
  await until(() => node.packs.length === 1)
  sender.gossip.publish(TOPIC, packOf(5))
  await until(() => node.late.length === 1)
  t.equal(node.late[0]?.readings[0]?.position.seq, 5)
  t.equal(node.count('ignore-held'), 1)
})

t.test('a source in haste is not even remembered', async (t) => {
  const [stranger, node] = await pair(t)
  const packs = Array.from({ length: 100 }, (_, i) => packOf(i, testSigner(9)))
  for (let i = 0; i < 4000; i++) {
    const data = packs[i % packs.length]
    if (data !== undefined) stranger.inject(node, { topic: TOPIC, data })
  }
  // Twice what the bucket holds: gossipsub is handed each message by every neighbour.
  await until(() => node.count('ignore-rate') === 4000 - 2 * rates.sourceBurst)
  await until(() => node.count('ignore-author-rate') === packs.length - rates.authorBurst)
  t.equal(node.count('accept'), rates.authorBurst, 'an author has its own bounds')
})

t.test('our own key on another node is noticed', async (t) => {
  const [stranger, node] = await pair(t, { self: author.peer })
  stranger.inject(node, { topic: TOPIC, data: packOf(3) })
  await until(() => node.ownRuns.length === 1)
  t.same(node.ownRuns, [run])
})

t.test('a receiver that throws does not affect others', async (t) => {
  const [sender, node] = await pair(t, {
    receiver: {
      pack() {
        throw new Error('a hub that is full')
      }
    }
  })
  sender.gossip.publish(TOPIC, packOf(0))
  await until(() => node.count('accept') === 1)
  t.ok(node.inside.acceptFrom(sender.peer))
})

t.test('catalogues: the newest of each author', async (t) => {
  const [a, b] = await pair(t)
  a.gossip.subscribe(META_TOPIC)
  b.gossip.subscribe(META_TOPIC)
  const catalogue: Catalogue = {
    ...run,
    revision: 4,
    name: 'hall',
    purposes: [],
    version: '1',
    mono: 5,
    series: [],
    runs: []
  }
  const send = (changes: Partial<Catalogue>): void =>
    a.inject(b, {
      topic: META_TOPIC,
      data: seal('meta', encodeCatalogue({ ...catalogue, ...changes }), author)
    })
  send({})
  await until(() => b.catalogues.get(author.peer)?.catalogue.name === 'hall')
  send({ revision: 3, name: 'older' })
  await until(() => b.count('ignore-held') === 1)
  t.equal(b.catalogues.get(author.peer)?.catalogue.name, 'hall')
  a.inject(b, { topic: META_TOPIC, data: packOf(0) })
  await until(() => b.count('reject-form') === 1)
})

t.test(
  'a repeated catalogue reaches who came later, behind a relay that knows it; a restricted one nobody',
  async (t) => {
    const [a, relay, late] = await nodes(t, {}, {}, {})
    if (a === undefined || relay === undefined || late === undefined) throw new Error('three nodes')
    for (const node of [a, relay, late]) node.gossip.subscribe(META_TOPIC)
    await a.join(relay, META_TOPIC)
    const catalogue = metaOf(author.peer)
    const send = (changes: Partial<Catalogue>): void =>
      a.inject(relay, {
        topic: META_TOPIC,
        data: seal('meta', encodeCatalogue({ ...catalogue, ...changes }), author)
      })
    send({ mono: 0 })
    await until(() => relay.catalogues.get(author.peer) !== undefined)
    await late.join(relay, META_TOPIC)
    send({ mono: REPEAT_AFTER - 1 })
    await until(() => relay.count('ignore-held') === 1)
    send({ mono: 2 * REPEAT_AFTER })
    await until(() => late.catalogues.get(author.peer) !== undefined)
    const series = catalogue.series.map((one) => ({ ...one, private: true as const }))
    send({ revision: catalogue.revision + 1, series })
    await until(() => relay.count('ignore-held') === 2)
    t.equal(relay.catalogues.mostComplete(author.peer)?.catalogue.revision, catalogue.revision)
  }
)

t.test(
  'what receivers would refuse is not sent; a topic is subscribed to until its last subscriber cancels',
  async (t) => {
    const [node] = await nodes(t, {})
    t.throws(() => node?.gossip.publish(TOPIC, new Uint8Array(1185)), { code: 'too-big' })
    const cancel = node?.gossip.subscribe(TOPIC)
    const pubsub = node?.network.services.pubsub
    cancel?.()
    cancel?.()
    t.same(pubsub?.getTopics(), [TOPIC])
    const other = node?.gossip.subscribe('/sensor/co2/v1')
    other?.()
    t.same(pubsub?.getTopics(), [TOPIC])
  }
)

t.test(
  'of a stored author whose clock is wrong readings are taken, with a warning, and not relayed',
  async (t) => {
    const [stranger, node] = await nodes(t, {}, {})
    if (stranger === undefined || node === undefined) throw new Error('two nodes')
    for (const one of [stranger, node]) one.gossip.subscribe(TOPIC)
    await stranger.join(node, TOPIC)
    const time = 1_790_000_000
    const send = (seq: number): void =>
      stranger.inject(node, {
        topic: TOPIC,
        data: seal('pack', encodePack([readingOf(author.peer, { time, position: { ...run, seq } })]), author)
      })
    const wrong = (): string[] =>
      node.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
    node.knownTime = time + 63_072_000
    send(1)
    await until(() => node.count('ignore-old') === 1)
    t.equal(node.late.length, 0, 'nobody asked for it')
    node.stored.add(author.peer)
    send(2)
    await until(() => node.count('ignore-old') === 2)
    t.equal(node.late.length, 1)
    t.match(wrong(), [/the clock of 12D3Koo\w+, or ours, is wrong by 63072000 s: its readings are stored/])
    node.knownTime = time - 3600
    send(3)
    await until(() => node.count('ignore-ahead') === 1)
    t.equal(node.late.length, 2, 'a clock that is ahead too')
    t.equal(wrong().length, 1, 'said once an hour')
    t.equal(node.packs.length, 0)
  }
)
