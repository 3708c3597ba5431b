import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { Beginnings } from '../../../src/protocol/replication/beginnings.ts'
import type { HeldRun } from '../../../src/reading/history/history.ts'
import { readingOf, testSigner } from '../../support/readings.ts'

const author = testSigner(7).peer
const { series } = readingOf(author)
const boot = '0011223344556677'
const nowhere = '0000000000000000'
const EPOCH = 1_790_000_000
const MINUTE = 60_000

function bench(seq: number, answers: () => boolean, isHeld = true) {
  const clock = new VirtualClock()
  const asked: unknown[] = []
  const stops: boolean[] = []
  const looks: unknown[] = []
  const gone = new Set<string>()
  const held: HeldRun[] = [
    { run: { epoch: EPOCH + 9, boot }, ranges: [[3, 4]] },
    { run: { epoch: EPOCH, boot }, ranges: [[seq, seq + 1]] }
  ]
  const beginnings = new Beginnings({
    clock,
    history: { held: () => (isHeld ? held : []) },
    isConnected: (peer) => !gone.has(peer),
    backfill: { refuses: () => false },
    lanes: 1,
    max: 5 * MINUTE,
    async ask({ missing, onReadings, shouldStop, authorOnly }) {
      asked.push(missing.from)
      t.equal(authorOnly, true)
      for (const at of [seq - 1, seq]) {
        onReadings([readingOf(author, { position: { epoch: EPOCH, boot, seq: at } })], true)
        stops.push(shouldStop())
      }
      return answers()
    },
    run(work) {
      looks.push(work)
      void work()
    }
  })
  const look = async (): Promise<void> => {
    beginnings.look([author], new Map([[author, [series]]]))
    await clock.advance(1000)
  }
  return { clock, asked, stops, looks, gone, beginnings, look }
}

t.test('runs of the day before the first that was heard are asked for, once', async (t) => {
  const { asked, stops, look } = bench(2, () => true)
  await look()
  await look()
  t.same(asked, [{ epoch: EPOCH - 86_400, boot: nowhere, seq: 0 }])
  t.same(stops, [false, true], 'up to what is held')
})

t.test('of a long run, a day of readings at one a second', async (t) => {
  const { asked, look } = bench(100_000, () => true)
  await look()
  t.same(asked, [{ epoch: EPOCH, boot, seq: 13_600 }])
})

t.test('what is held at the start may have been deleted from its beginning on', async (t) => {
  const { asked, beginnings, look } = bench(2, () => true)
  beginnings.settle(series)
  await look()
  t.same(asked, [])
})

t.test('an author that does not answer is asked again later, or when it has connected', async (t) => {
  let isThere = false
  const { clock, asked, gone, beginnings, look } = bench(2, () => isThere)
  gone.add(author)
  await look()
  t.equal(asked.length, 0, 'it is away')
  gone.clear()
  await look()
  await look()
  t.equal(asked.length, 1)
  await clock.advance(5 * MINUTE)
  await look()
  t.equal(asked.length, 2)
  isThere = true
  beginnings.returned(author)
  await look()
  t.equal(asked.length, 3)
  await clock.advance(10 * MINUTE)
  await look()
  t.equal(asked.length, 3)
})

t.test('a series of which nothing is held is not looked at again', async (t) => {
  const { asked, looks, look } = bench(2, () => true, false)
  await look()
  await look()
  t.equal(looks.length, 1)
  t.same(asked, [])
})
