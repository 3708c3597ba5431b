import t from 'tap'
import type { CborValue } from '../../../src/cbor/value.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { defineSensorProtocol } from '../../../src/protocol/define-sensor-protocol.ts'
import { GossipChecks, type Reason, VERDICTS } from '../../../src/protocol/gossip/checks.ts'
import { checkFreshness } from '../../../src/protocol/gossip/freshness.ts'
import { GossipVersions } from '../../../src/protocol/gossip/versions.ts'
import { ProtocolRegistry, sensorProtocols } from '../../../src/protocol/protocol-registry.ts'
import { TokenBuckets } from '../../../src/protocol/token-bucket.ts'
import type { Position } from '../../../src/reading/run.ts'
import { openSealed, readOpened } from '../../../src/reading/signed/open-signed.ts'
import { type Signer, seal } from '../../../src/reading/signed/seal.ts'
import { SealVerifier } from '../../../src/reading/signed/seal-verify.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { encodePack, packOfValues } from '../../support/packs.ts'
import { allQuantities, type ReadingChanges, readingOf, testSigner } from '../../support/readings.ts'

const TOPIC = '/sensor/temp/v1'
const author = testSigner(7)
const neighbour = 'the neighbour'
const TOPIC_2 = '/sensor/temp/v2'
const newer = defineSensorProtocol({ id: TOPIC_2, quantity: 'temperature' })
const registry = new ProtocolRegistry([...sensorProtocols, newer], allQuantities)
const run = { epoch: 1_790_000_000, boot: '0011223344556677' }

class Bench {
  readonly clock = new VirtualClock()
  readonly held = new Map<string, Position>()
  readonly counted: Reason[] = []
  readonly sources = new TokenBuckets(this.clock, { rate: 200, burst: 400, names: 8 })
  readonly authors = new TokenBuckets(this.clock, { rate: 5, burst: 20, names: 8 })
  readonly newAuthors = new TokenBuckets(this.clock, { rate: 1, burst: 3, names: 8 })
  /** Authors of whom nothing is held. */
  readonly strangers = new Set<string>()
  readonly verifier = new SealVerifier()
  admitted = true
  /** The readings of the fixture are 10 s old. */
  knownTime: number | undefined = 1_790_000_110
  readonly checks = new GossipChecks<SealedReadings>({
    domain: 'pack',
    verifier: this.verifier,
    maxPayload: (topic) => registry.get(topic)?.maxPayload ?? 0,
    sources: this.sources,
    authors: this.authors,
    newAuthors: this.newAuthors,
    isKnown: (author) => !this.strangers.has(author),
    admits: () => this.admitted,
    read: (opened, topic) =>
      readOpened(opened, { topic, quantities: registry.quantitiesOf(topic), maxPayload: 1024 }),
    versions: new GossipVersions({ versionsOf: (topic) => registry.versionsOf(topic), packs: 2 }),
    check: (sealed) =>
      checkFreshness(
        sealed,
        { position: (series) => this.held.get(series), knownTime: () => this.knownTime },
        120
      ),
    count: (reason) => this.counted.push(reason)
  })

  reason(bytes: Uint8Array, topic: string = TOPIC): Reason {
    const checked = this.checks.check(topic, bytes, neighbour)
    if (checked.verdict !== VERDICTS[checked.reason]) throw new Error(`verdict of ${checked.reason}`)
    return checked.reason
  }

  drain(buckets: TokenBuckets, name: string): void {
    while (buckets.take(name));
  }
}

function packOf(changes: ReadingChanges = {}, signer: Signer = author, content = signer): Uint8Array {
  return seal('pack', encodePack([readingOf(content.peer, changes)]), signer)
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[at < 0 ? changed.length + at : at] = value
  return changed
}

const good = packOf()
/** Behind the protected header. */
const UNPROTECTED_AT = 51

const rows: [
  what: string,
  reason: Reason,
  verdict: string,
  arrange: (bench: Bench) => [Uint8Array, string?]
][] = [
  ['1 too many bytes', 'size', 'reject', () => [new Uint8Array(1024 + 161)]],
  [
    '2 a source in haste',
    'source-rate',
    'ignore',
    (bench) => {
      bench.drain(bench.sources, neighbour)
      return [good]
    }
  ],
  ['3 no seal at all', 'form', 'reject', () => [new Uint8Array(200)]],
  ['3 alg -8 in place of -19', 'form', 'reject', () => [withByte(good, 6, 0x27)]],
  ['3 an unprotected header', 'form', 'reject', () => [withByte(good, UNPROTECTED_AT, 0xa1)]],
  ['3 a byte too few', 'form', 'reject', () => [good.subarray(0, -1)]],
  ['3 a byte too many', 'form', 'reject', () => [Buffer.concat([good, Buffer.alloc(1)])]],
  [
    '4 a signer who is not admitted',
    'signer',
    'ignore',
    (bench) => {
      bench.admitted = false
      return [good]
    }
  ],
  [
    '5 bytes verified already',
    'seen',
    'ignore',
    (bench) => {
      bench.reason(good)
      return [good]
    }
  ],
  [
    '5b one author more than the neighbour may introduce',
    'new-author',
    'ignore',
    (bench) => {
      bench.strangers.add(author.peer)
      bench.drain(bench.newAuthors, neighbour)
      return [good]
    }
  ],
  [
    '6 an author in haste',
    'author-rate',
    'ignore',
    (bench) => {
      bench.drain(bench.authors, author.peer)
      return [good]
    }
  ],
  ['7 a forged signature', 'signature', 'reject', () => [withByte(good, -1, (good.at(-1) ?? 0) ^ 1)]],
  [
    '7 a block as pack',
    'signature',
    'reject',
    () => [seal('block', encodePack([readingOf(author.peer)]), author)]
  ],
  ['8 no pack in the seal', 'content', 'reject', () => [seal('pack', Buffer.from('80', 'hex'), author)]],
  ["8 somebody else's series", 'content', 'reject', () => [packOf({}, author, testSigner(8))]],
  ['8 the pack of another topic', 'content', 'reject', () => [good, '/sensor/humidity/v1']],
  [
    '9 a position that is held',
    'held',
    'ignore',
    (bench) => {
      bench.held.set(`${author.peer}/hall/temperature`, { ...run, seq: 5 })
      return [packOf({ position: { ...run, seq: 5 } })]
    }
  ],
  [
    '9 an older epoch',
    'held',
    'ignore',
    (bench) => {
      bench.held.set(`${author.peer}/hall/temperature`, { ...run, epoch: run.epoch + 1, seq: 0 })
      return [packOf({ position: { ...run, seq: 500 } })]
    }
  ],
  ['10 too old', 'old', 'ignore', () => [packOf({ time: 1_790_000_110 - 121 })]],
  ['10 of the future', 'ahead', 'ignore', () => [packOf({ time: 1_790_000_110 + 601 })]],
  ['11 a good pack', 'accept', 'accept', () => [good]],
  [
    '11 above what is held',
    'accept',
    'accept',
    (bench) => {
      bench.held.set(`${author.peer}/hall/temperature`, { ...run, seq: 4 })
      return [packOf({ position: { ...run, seq: 5 } })]
    }
  ],
  [
    '11 another boot of the same epoch: a node with the same key, kept apart',
    'accept',
    'accept',
    (bench) => {
      bench.held.set(`${author.peer}/hall/temperature`, { ...run, boot: 'ffffffffffffffff', seq: 500 })
      return [packOf({ position: { ...run, seq: 5 } })]
    }
  ],
  [
    '11 old, but our clock is not known to be right',
    'accept',
    'accept',
    (bench) => {
      bench.knownTime = undefined
      return [packOf({ time: 1_780_000_000 })]
    }
  ],
  [
    '11 a time that its author did not know',
    'accept',
    'accept',
    () => [packOf({ time: null, quality: 2, mono: 5 })]
  ]
]

for (const [what, reason, verdict, arrange] of rows)
  t.test(what, async (t) => {
    const bench = new Bench()
    const [bytes, topic] = arrange(bench)
    t.equal(bench.reason(bytes, topic), reason)
    t.equal(VERDICTS[reason], verdict)
    t.equal(bench.counted.at(-1), reason, 'is counted')
  })

t.test('the first check that fails decides', async (t) => {
  const bench = new Bench()
  bench.admitted = false
  bench.drain(bench.authors, author.peer)
  const forged = withByte(packOf({ time: 1 }), -1, 0)
  t.equal(bench.reason(forged), 'signer')
  bench.admitted = true
  t.equal(bench.reason(forged), 'author-rate')
  bench.drain(bench.sources, neighbour)
  t.equal(bench.reason(forged), 'source-rate')
  t.equal(bench.reason(new Uint8Array(2000)), 'size')
})

t.test('a neighbour introduces few authors at a time; its own messages do not count', async (t) => {
  const bench = new Bench()
  const signers = Array.from({ length: 6 }, (_, i) => testSigner(100 + i))
  for (const { peer } of signers) bench.strangers.add(peer)
  const reasons = signers.map((signer) => bench.reason(packOf({}, signer)))
  t.strictSame(reasons, [...Array(3).fill('accept'), ...Array(3).fill('new-author')])
  await bench.clock.advance(1000)
  const [first, , , , , last] = signers
  if (first === undefined || last === undefined) throw new Error('there are six')
  t.equal(bench.reason(packOf({}, last)), 'accept', 'one more a second')
  bench.strangers.delete(first.peer)
  t.equal(
    bench.reason(packOf({ position: { ...run, seq: 9 } }, first)),
    'accept',
    'known authors are no matter'
  )
  const own = packOf({ position: { ...run, seq: 5 } }, signers[3])
  t.equal(bench.checks.check(TOPIC, own, signers[3]?.peer ?? '').reason, 'accept', 'of the neighbour itself')
})

t.test('forgeries at line rate do not silence the author they name', async (t) => {
  const bench = new Bench()
  for (let i = 0; i < 300; i++) {
    const at = -1 - (i % 64)
    const reason = bench.reason(withByte(good, at, (good.at(at) ?? 0) ^ (1 + (i % 255))))
    if (reason !== 'signature') t.fail(`${i}: ${reason}`)
  }
  t.equal(bench.reason(packOf({ position: { ...run, seq: 1 } })), 'accept')
})

t.test('an author is charged for each good pack', async (t) => {
  const bench = new Bench()
  const reasons = Array.from({ length: 25 }, (_, seq) => bench.reason(packOf({ position: { ...run, seq } })))
  t.same(reasons, [...Array(20).fill('accept'), ...Array(5).fill('author-rate')])
  await bench.clock.advance(1000)
  t.equal(bench.reason(packOf({ position: { ...run, seq: 30 } })), 'accept')
})

t.test('a signer that is not admitted costs no verification and no token', async (t) => {
  const bench = new Bench()
  bench.admitted = false
  for (let seq = 0; seq < 50; seq++) bench.reason(packOf({ position: { ...run, seq } }))
  t.equal(bench.authors.size, 0)
})

t.test('truncated at every length it is refused, nothing is thrown', async (t) => {
  const bench = new Bench()
  for (let length = 0; length < good.length; length++)
    if (bench.reason(good.subarray(0, length)) !== 'form') t.fail(`${length} bytes`)
})

t.test(
  'the same bytes on the topic of another version are handed on once, and not taken in again',
  async (t) => {
    const bench = new Bench()
    t.equal(bench.reason(good, TOPIC_2), 'accept')
    const again = bench.checks.check(TOPIC, good, neighbour)
    t.match(again, { reason: 'version', verdict: 'accept' })
    t.equal(again.message, undefined, 'nobody counts it twice')
    t.equal(bench.reason(good), 'seen')
    t.equal(bench.reason(good, TOPIC_2), 'seen')
    t.equal(bench.reason(good, '/sensor/humidity/v1'), 'seen', 'another family')
  }
)

t.test(
  'a pack with a bad record among good ones is taken and not relayed, one of bad ones is refused',
  async (t) => {
    const bench = new Bench()
    const packed = (...values: CborValue[]): Uint8Array =>
      seal('pack', packOfValues(`${author.peer}/hall/temperature`, values), author)
    const checked = bench.checks.check(TOPIC, packed(20, true, 21), neighbour)
    t.match(checked, { reason: 'flawed', verdict: 'ignore', message: { readings: { length: 3 } } })
    t.equal(bench.reason(packed(20, true, 21)), 'seen')
    t.equal(bench.reason(packed('warm', 'cold')), 'content')
    t.equal(bench.reason(packed('warm', 20, 'cold'), TOPIC_2), 'flawed')
    t.equal(bench.reason(packed('warm', 20, 'cold')), 'seen', 'nor on the topic of another version')
    bench.knownTime = 1_790_001_000
    t.equal(bench.reason(packed(20, 20, 'hot')), 'old')
  }
)

t.test('what came another way first, or was removed, is not relayed', async (t) => {
  const bench = new Bench()
  bench.verifier.verify(openSealed('pack', good, 1024))
  t.equal(bench.reason(good), 'seen')
  const packs = [1, 2, 3].map((seq) => packOf({ position: { ...run, seq } }))
  for (const pack of packs) t.equal(bench.reason(pack, TOPIC_2), 'accept')
  t.strictSame(
    packs.map((pack) => bench.reason(pack)),
    ['seen', 'version', 'version']
  )
})
