import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { SeenMessages } from '../../../src/protocol/gossip/seen-messages.ts'
import { seal } from '../../../src/reading/signed/seal.ts'
import { GossipNode } from '../../support/gossip-node.ts'
import { runOf, topic } from '../../support/history.ts'
import { encodePack } from '../../support/packs.ts'
import { readingOf, testSigner } from '../../support/readings.ts'
import { until } from '../../support/until.ts'

// DeliveryRecordStatus of @libp2p/gossipsub.
const STATUS = { unknown: 0, valid: 1, invalid: 2, ignored: 3 }

t.test(
  'an id is known for two minutes and for no more than 40 s longer, in each cache for itself',
  async (t) => {
    const clock = new VirtualClock()
    const { ids, fastIds } = new SeenMessages(clock)
    t.notOk(ids.put('a'))
    t.ok(ids.put('a'), 'it was there')
    t.notOk(fastIds.has('a'))
    t.equal(fastIds.get('a'), undefined)
    t.notOk(fastIds.put('a'))
    t.equal(fastIds.get('a'), 'a')
    t.equal(ids.size, 1, 'one entry for both')
    for (let second = 0; second < 120; second++) {
      await clock.advance(1000)
      ids.prune()
      t.ok(ids.put('a'), 'what comes again is not kept longer')
    }
    await clock.advance(40_000)
    ids.prune()
    t.notOk(ids.has('a'))
    t.equal(ids.size, 0)
  }
)

t.test('who sent a message is known while it is checked, and the judgement after that', async (t) => {
  const { ids, deliveries } = new SeenMessages(new VirtualClock())
  for (const [id, status] of Object.entries(STATUS)) {
    ids.put(id)
    const record = deliveries.ensureRecord(id)
    t.equal(record.status, STATUS.unknown)
    record.peers.add('peer')
    t.ok(deliveries.ensureRecord(id).peers.has('peer'), 'a copy that comes meanwhile')
    if (status === STATUS.unknown) continue
    record.status = status
    t.equal(deliveries.ensureRecord(id).status, status)
    t.equal(deliveries.getRecord(id)?.peers.size, 0)
    t.ok(ids.has(id))
  }
  t.equal(deliveries.getRecord('other'), undefined)
})

t.test('a check that never ends is forgotten', async (t) => {
  const clock = new VirtualClock()
  const { deliveries } = new SeenMessages(clock)
  deliveries.ensureRecord('a').peers.add('peer')
  await clock.advance(60_000)
  deliveries.gc()
  t.equal(deliveries.ensureRecord('a').peers.size, 1)
  await clock.advance(60_000)
  deliveries.gc()
  t.equal(deliveries.getRecord('a'), undefined)
})

interface Caches {
  readonly seenCache: { readonly size: number }
  readonly fastMsgIdCache: unknown
  readonly score: {
    readonly deliveryRecords: unknown
    dumpPeerScoreStats(): Record<string, { topics: Record<string, { invalidMessageDeliveries: number }> }>
  }
}

t.test('gossipsub has no tables of its own, and counts each copy of what is invalid', async (t) => {
  const [a, b] = [await GossipNode.start(), await GossipNode.start()]
  t.teardown(async () => {
    await a.stop()
    await b.stop()
  })
  for (const node of [a, b]) node.gossip.subscribe(topic)
  await a.join(b, topic)
  const { pubsub } = b.network.services
  const caches = pubsub as unknown as Caches
  for (const table of [caches.seenCache, caches.fastMsgIdCache, caches.score.deliveryRecords])
    t.notOk(String((table as object).constructor.name).match(/Cache|Deliveries/), 'ours')
  const author = testSigner(7)
  const pack = seal(
    'pack',
    encodePack([readingOf(author.peer, { position: { ...runOf(5), seq: 1 } })]),
    author
  )
  a.gossip.publish(topic, pack)
  await until(() => b.packs.length === 1)
  t.equal(caches.seenCache.size, 1)
  const damaged = Uint8Array.from(pack)
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1
  const invalid = (): number =>
    caches.score.dumpPeerScoreStats()[a.peer]?.topics[topic]?.invalidMessageDeliveries ?? 0
  a.inject(b, { topic, data: damaged })
  await until(() => invalid() > 0.9)
  a.inject(b, { topic, data: pack })
  a.inject(b, { topic, data: damaged })
  // It decays by a hundredth a second.
  await until(() => invalid() > 1.8)
  t.equal(b.packs.length, 1)
  t.equal(caches.seenCache.size, 2)
})
