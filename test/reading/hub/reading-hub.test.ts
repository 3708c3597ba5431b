import { join } from 'node:path'
import t from 'tap'
import { silentLog } from '../../../src/log.ts'
import { ReadingHub } from '../../../src/reading/hub/reading-hub.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { createSealer } from '../../../src/reading/signed/sealer.ts'
import { hubConformance } from '../../conformance/reading-hub.ts'
import { historyBench, readingsOf, runOf, them, topic } from '../../support/history.ts'
import { allQuantities, testSigner } from '../../support/readings.ts'

t.test('over a history in memory', async (t) => {
  hubConformance(t, (t) => {
    const bench = historyBench()
    t.teardown(() => bench.history.close())
    return bench
  })
})

t.test('over a history in a file', async (t) => {
  let count = 0
  hubConformance(t, (t) => {
    const bench = historyBench({ path: join(t.testdir(), `${count++}.sqlite`) })
    t.teardown(() => bench.history.close())
    return bench
  })
})

t.test(
  'after a salvage, only series of which nothing is held are opened, each with its newest pack',
  async (t) => {
    const { history, clock } = historyBench()
    t.teardown(() => history.close())
    let opened = 0
    const hub = new ReadingHub({
      clock,
      log: silentLog,
      history: {
        put: (sealed) => history.put(sealed),
        held: (series) => history.held(series),
        *latest(isWanted) {
          for (const sealed of history.latest(isWanted)) {
            opened++
            yield sealed
          }
        }
      },
      keepsOf: () => true,
      limits: { series: 1000, bytes: 1e6, subscribers: 1, runs: 8, ranges: 64 }
    })
    const of = (from: number, to: number, device: string) =>
      readingsOf(them.peer, runOf(10), from, to, device)
    for (const device of ['a', 'b', 'c']) hub.add(them.pack(topic, of(90, 99, device)), 'gossip')
    // As a salvage puts them there.
    history.put(them.pack(topic, [...of(0, 3, 'd'), ...of(0, 3, 'e')]))
    history.put(them.pack(topic, of(4, 5, 'e')))
    t.equal([...hub.recall()].length, 2)
    t.equal(opened, 2)
    const newest = hub
      .latest()
      .map(({ reading: { series, position } }) => [series.split('/')[1], position.seq])
    t.same(newest.toSorted(), [
      ['a', 99],
      ['b', 99],
      ['c', 99],
      ['d', 3],
      ['e', 5]
    ])
    t.equal([...hub.recall()].length, 0)
  }
)

t.test('made-up authors and gaps without end stay within the bytes; the protected stay', async (t) => {
  const { history, clock } = historyBench()
  t.teardown(() => history.close())
  const bytes = 100_000
  const hub = new ReadingHub({
    clock,
    log: silentLog,
    history,
    keepsOf: () => false,
    isProtected: (author) => author === them.peer,
    limits: { series: 1000, bytes, subscribers: 1, runs: 8, ranges: 64 }
  })
  hub.add(them.pack(topic, readingsOf(them.peer, runOf(10), 0, 9)), 'gossip')
  for (let seed = 50; seed < 150; seed++) {
    const stranger = createSealer(testSigner(seed), allQuantities)
    hub.add(stranger.pack(topic, readingsOf(stranger.peer, runOf(10), 0, 50)), 'gossip')
  }
  const reading = 300
  t.ok(hub.latest().length < bytes / (51 * reading) + 1, `${hub.latest().length} authors`)
  t.ok(hub.hasAuthor(them.peer))
  t.ok(hub.counters.forgotten > 90)

  const gaps = createSealer(testSigner(200), allQuantities)
  for (let seq = 0; seq < 600; seq += 2)
    for (const device of ['a', 'b', 'c', 'd'])
      hub.add(gaps.pack(topic, readingsOf(gaps.peer, runOf(1 + (seq % 8)), seq, seq, device)), 'gossip')
  t.ok(hub.hasAuthor(them.peer), 'one author with many gaps removes its own')
})

t.test(
  'blocks one after the other, again, across each other and with a gap: each reading is new once',
  async (t) => {
    const { history, clock } = historyBench()
    t.teardown(() => history.close())
    const limits = { series: 1000, bytes: 1e6, subscribers: 1, runs: 8, ranges: 64 }
    const hub = new ReadingHub({ clock, log: silentLog, history, keepsOf: () => false, limits })
    const of = (from: number, to: number) => readingsOf(them.peer, runOf(10), from, to)
    const block = (from: number, to: number) => them.block(topic, of(from, to))
    const seqs = (sealed: SealedReadings): number[] =>
      hub.add(sealed, 'history').map(({ position }) => position.seq)
    const newest = (): number | undefined => hub.latest()[0]?.reading.position.seq
    t.same(seqs(block(0, 9)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    t.same(seqs(block(10, 12)), [10, 11, 12])
    t.equal(newest(), 12)
    t.same(seqs(block(10, 12)), [])
    t.same(seqs(block(11, 14)), [13, 14])
    // No decoder refuses a gap: it is not taken as seen.
    const gap = { ...block(15, 18), readings: of(15, 18).filter(({ position }) => position.seq !== 16) }
    t.same(seqs(gap), [15, 17, 18])
    t.same(seqs(block(15, 18)), [16])
    t.equal(newest(), 18)
    t.match(hub.counters, { fresh: 19, conflicts: 0 })
  }
)
