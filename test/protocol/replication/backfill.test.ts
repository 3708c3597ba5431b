import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { Backfill, type BackfillTask, type HistoryItem } from '../../../src/protocol/replication/backfill.ts'
import { BackfillQueue } from '../../../src/protocol/replication/backfill-queue.ts'
import { ProviderTable } from '../../../src/protocol/replication/provider-table.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { readingOf, testSigner } from '../../support/readings.ts'

const author = testSigner().peer
const run = { epoch: 1_790_000_000, boot: '0011223344556677' }
const never = new AbortController().signal
const DAY = 86_400_000

function packOf(...seqs: number[]): HistoryItem {
  const readings = seqs.map((seq) => readingOf(author, { position: { ...run, seq } }))
  const sealed: SealedReadings = {
    kind: 'pack',
    topic: '/sensor/temp/v1',
    author,
    bytes: new Uint8Array(),
    readings
  }
  return { sealed }
}

function bench(
  answer: (peer: string, clock: VirtualClock) => AsyncIterable<HistoryItem>,
  changes: Partial<BackfillTask> = {}
) {
  const clock = new VirtualClock()
  const asked: string[] = []
  const received: string[] = []
  const providers = new ProviderTable({ authors: 4, perAuthor: 4 })
  const backfill = new Backfill({
    clock,
    log: silentLog,
    queue: new BackfillQueue(clock, { concurrent: 1, spacing: 10, waiting: 4 }),
    source: {
      history(peer) {
        asked.push(peer === author ? 'author' : peer)
        return answer(peer, clock)
      }
    },
    providers,
    others: () => ['a', 'b', 'c'],
    max: 2,
    silence: 10_000,
    fruitless: 60_000,
    receive: ({ readings }) => received.push(...readings.map(({ position }) => `received ${position.seq}`))
  })
  const task: BackfillTask = {
    series: `${author}/hall/temperature`,
    missing: { from: { ...run, seq: 0 } },
    noticedAt: 0,
    onReadings: (readings, byAuthor) =>
      received.push(...readings.map(({ position }) => `${byAuthor ? 'author' : 'provider'} ${position.seq}`)),
    onGone: ({ seq }) => received.push(`gone before ${seq}`),
    shouldStop: () => false,
    isComplete: () => false,
    ...changes
  }
  return { clock, asked, received, providers, ask: () => clock.run(backfill.ask(task, never), DAY) }
}

t.test('only the author can say that something is gone', async (t) => {
  const { received, asked, ask } = bench(async function* () {
    yield { lost: { run, from: 0, to: 4 } }
    yield packOf(5)
  })
  t.equal(await ask(), true)
  t.same(received, ['gone before 5', 'received 5', 'author 5'], 'the others are not listened to further')
  t.same(asked, ['author', 'a', 'b'], 'as many providers as it may')
  await ask()
  t.same(asked.slice(3), ['author', 'c'], 'who lies is not asked again at once')
})

t.test('whoever goes in circles is not listened to for ever', async (t) => {
  const { received, asked, ask } = bench(async function* () {
    for (;;) yield packOf(1, 2)
  })
  t.equal(await ask(), false)
  t.same(received.filter((line) => line === 'author 1').length, 1)
  t.same(asked, ['author', 'a', 'b'])
})

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)
const SLOW = 9000
const to = 20
/** What comes 9 s after what came before, for ever; and for how many minutes it is listened to, at most. */
const drips: [string, (n: number) => HistoryItem, Partial<BackfillTask>, number][] = [
  ['ranges that are lost', (n) => ({ lost: { run, from: 0, to: n } }), {}, 1],
  ['one reading each', (n) => packOf(n), {}, 1.5],
  ['readings before what is missing', (n) => packOf(n), { missing: { from: { ...run, seq: 9999 } } }, 1],
  [
    'readings behind what is missing',
    (n) => packOf(n + 21),
    { missing: { from: { ...run, seq: 9 }, to } },
    1
  ],
  ['the same readings again', (n) => packOf(...range(0, 20), 21 + n), {}, 2]
]

t.test('an answer that brings nothing missing is given up, whoever sends it', async (t) => {
  for (const [name, item, changes, minutes] of drips) {
    const { clock, asked, ask } = bench(async function* (peer, clock) {
      if (peer !== author && 'lost' in item(0)) return
      for (let n = 0; ; n++) {
        yield item(n)
        await clock.sleep(SLOW)
      }
    }, changes)
    t.equal(await ask(), false, name)
    t.same(asked, ['author', 'a', 'b'])
    const answers = 'lost' in item(0) ? 1 : 3
    t.ok(clock.monotonic() <= answers * minutes * 60_000, `${name}: ${clock.monotonic()} ms`)
  }
})

t.test('a long answer over a slow link is taken whole', async (t) => {
  const { clock, received, ask } = bench(
    async function* (_peer, clock) {
      for (let n = 0; n < 1000; n++) {
        await clock.sleep(SLOW)
        yield packOf(...range(10 * n, 10 * n + 9))
      }
    },
    { isComplete: () => true }
  )
  t.equal(await ask(), true)
  t.equal(received.length, 20_000, 'each received and handed on')
  t.ok(clock.monotonic() >= 1000 * SLOW)
})

t.test('an item without the series asked for ends the answer', async (t) => {
  const other = packOf(1)
  const { received, ask } = bench(
    async function* () {
      yield other
    },
    { series: `${author}/attic/temperature` }
  )
  t.equal(await ask(), false)
  t.same(received, [])
})

t.test('silence ends the answer', async (t) => {
  const { clock, asked, ask } = bench(async function* () {
    yield packOf(1)
    await new Promise(() => undefined)
  })
  t.equal(await ask(), false)
  t.same(asked, ['author', 'a', 'b'])
  t.ok(clock.monotonic() >= 30_000 && clock.monotonic() < 31_000)
})

t.test('an author who has nothing has answered; one who denies has not', async (t) => {
  for (const [code, answered] of Object.entries({
    'no-such': true,
    'no-data': true,
    gone: true,
    denied: false
  })) {
    // biome-ignore lint/correctness/useYield: it refuses
    const { ask } = bench(async function* () {
      throw new NodeError(code, 'refused')
    })
    t.equal(await ask(), answered, code)
  }
})

t.test('who answered before is asked first, who has nothing is forgotten', async (t) => {
  const { asked, providers, ask } = bench(async function* (peer) {
    if (peer !== author) return
    yield packOf(1)
  })
  providers.note(author, 'c')
  await ask()
  t.same(asked, ['author', 'c', 'a'])
  t.same(providers.of(author), [])
})

t.test('enough is enough', async (t) => {
  const { received, asked, ask } = bench(
    async function* () {
      yield packOf(1)
      yield packOf(2)
    },
    { shouldStop: () => true, isComplete: () => true }
  )
  t.equal(await ask(), true)
  t.same(received, ['received 1', 'author 1'])
  t.same(asked, ['author'])
})
