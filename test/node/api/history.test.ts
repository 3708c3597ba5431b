import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { type HistoryInit, history } from '../../../src/node/api/history.ts'
import type { HistoryRequest, HistoryRow } from '../../../src/node/api/reading-rows.ts'
import type { PeerResolver } from '../../../src/node/peers/resolver.ts'
import type { QueryClient } from '../../../src/protocol/query/index.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import type { SeriesParts } from '../../../src/reading/series.ts'
import { historyBench, readingsOf, runOf, us } from '../../support/history.ts'
import { allQuantities } from '../../support/readings.ts'

const START = 1_767_225_600
const DAY = 86_400

/** A node whose history has a run of three readings with, and one without a known time. */
function bench(
  t: Test,
  now?: number,
  path = ':memory:',
  matches: (series: SeriesParts) => boolean = () => true
) {
  const { history: store, clock } = historyBench({ path })
  t.teardown(() => store.close())
  const init: HistoryInit = {
    clock,
    resolver: {
      selectSoon: async () => ({ targets: [{ peer: us.peer, addresses: [] }], matches }),
      isSelf: () => true
    } as unknown as PeerResolver,
    queries: {} as QueryClient,
    history: store,
    context: () => ({
      quantities: allQuantities,
      now,
      labelOf: () => 'hall',
      isKnown: () => false,
      reachable: () => true
    }),
    protocolsOf: () => [],
    isOwnSensor: (what) => what === 'attic',
    catalogueOf: () => undefined,
    connected: () => [],
    inBook: () => false
  }
  store.beginRun(runOf(10), { mono: 0, unix: START, quality: 0 })
  store.appendOwn(readingsOf(us.peer, runOf(10), 0, 2))
  store.beginRun(runOf(11), { mono: 0, unix: null, quality: 2 })
  store.appendOwn(untimed(readingsOf(us.peer, runOf(11), 0, 2)))
  const rows = async (request: Partial<HistoryRequest> = {}): Promise<HistoryRow[]> => {
    const found: HistoryRow[] = []
    const all = history(init, { who: 'hall', what: 'air', ...request }, new AbortController().signal)
    for await (const row of all) found.push(row)
    return found
  }
  return { store, rows }
}

t.test(
  'a sensor of this node that has not measured yet has no readings, and another is unknown',
  async (t) => {
    const { rows } = bench(t, undefined, ':memory:', () => false)
    t.same(await rows({ what: 'attic' }), [])
    await t.rejects(rows({ what: 'cellar' }), { code: 'no-such' })
  }
)

function untimed(readings: readonly Reading[]): Reading[] {
  return readings.map(({ errorBound: _, ...reading }) => ({ ...reading, time: null, quality: 2 }) as Reading)
}

function shown(
  rows: readonly HistoryRow[]
): (readonly [epoch: number, time: number | null, since?: number])[] {
  return rows.flatMap((row) =>
    'position' in row
      ? [
          row.sinceStart === undefined
            ? ([row.position.epoch, row.time] as const)
            : ([row.position.epoch, row.time, row.sinceStart] as const)
        ]
      : []
  )
}

const UNTIMED = [0, 1, 2].map((second) => [11, null, second] as const)

t.test('readings without a known time are rows with the time since the start of their run', async (t) => {
  const { rows } = bench(t)
  const timed = [0, 1, 2].map((second) => [10, START + second] as const)
  t.same(shown(await rows()), [...timed, ...UNTIMED])
  t.same(shown(await rows({ since: START + 1 })), [...timed.slice(1), ...UNTIMED])
  t.same(shown(await rows({ since: START + DAY })), UNTIMED, 'they can be of any later time')
  t.same(shown(await rows({ since: 0, until: START - 1 })), [], 'but not earlier than the run before')
})

t.test('a later run with a known time bounds them', async (t) => {
  const { store, rows } = bench(t)
  store.beginRun(runOf(12), { mono: 0, unix: START + DAY, quality: 0 })
  t.same(shown(await rows({ since: START + 3600 })), UNTIMED)
  t.same(shown(await rows({ since: START + DAY + 1 })), [])
})

t.test('the limit counts them as well', async (t) => {
  const { rows } = bench(t)
  t.equal((await rows({ limit: 4 })).length, 4)
})

t.test('the newest of each series, however old, and no more than there are', async (t) => {
  const { store, rows } = bench(t)
  t.same(shown(await rows({ newest: 2 })), UNTIMED.slice(1))
  t.same(shown(await rows({ newest: 4 })), [[10, START + 2], ...UNTIMED])
  t.equal((await rows({ newest: 100 })).length, 6)
  store.beginRun(runOf(12), { mono: 0, unix: START, quality: 0 })
  store.appendOwn(readingsOf(us.peer, runOf(12), 1000, 1009))
  t.same(shown(await rows({ newest: 2, until: START + 500 })), UNTIMED.slice(1), 'of those in the window')
  store.appendOwn(readingsOf(us.peer, runOf(12), 0, 900, 'den'))
  const all = await rows({ newest: 3 })
  t.same(all.map((row) => 'series' in row && row.series).toSorted(), [
    ...Array(3).fill('den/temperature'),
    ...Array(3).fill('hall/temperature')
  ])
})

t.test('an unknown series is an error, one without readings in the window is none', async (t) => {
  const { rows } = bench(t, undefined, ':memory:', (series) => series.device === 'hall')
  t.equal((await rows({ until: START - 1, since: 0 })).length, 0)
  const { rows: none } = bench(t, undefined, ':memory:', () => false)
  await t.rejects(none(), { code: 'no-such', message: 'hall measures nothing called air' })
})

t.test('a reversed window is refused', async (t) => {
  const { rows } = bench(t)
  await t.rejects(rows({ since: 2, until: 1 }), { code: 'bad-request', message: 'since is after until' })
})

t.test('a block that the disk zeroed is a row of lost readings', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const { store, rows } = bench(t, undefined, path)
  store.appendOwn(readingsOf(us.peer, runOf(12), 0, 767))
  store.flush()
  const db = new DatabaseSync(path)
  db.exec(`UPDATE sealed SET bytes = zeroblob(length(bytes)) WHERE id IN (
    SELECT sealed_id FROM ranges JOIN runs ON runs.id = run_id WHERE epoch = 12 AND first_seq = 256)`)
  db.close()
  const lost = (await rows()).flatMap((row) => ('lost' in row ? [row] : []))
  t.match(lost, [{ who: 'hall', series: 'hall/temperature', lost: { epoch: 12, from: 256, to: 511 } }])
  t.equal((await rows()).length, 3 + 3 + 512 + 1)
  t.equal((await rows({ since: START + 700 })).filter((row) => 'lost' in row).length, 0, 'none in the window')
  t.equal(shown(await rows({ limit: 300 })).length, 300, 'and none of the limit')
  const newest = await rows({ newest: 300 })
  t.equal(shown(newest).length, 300, 'nor of the newest')
  t.equal(newest.length, 301)
  const last = await rows({ newest: 256 })
  t.equal(last.length, 256, 'none before the newest')
  t.same(last, newest.slice(-256))
})

t.test('readings of the future are left out unless the window says so, and are flagged', async (t) => {
  const { store, rows } = bench(t, START + 1000)
  const ahead = readingsOf(us.peer, runOf(10), 3, 5).map((reading, i) => ({
    ...reading,
    time: START + 1500 + i * 200
  }))
  store.appendOwn(ahead)
  const times = (all: readonly HistoryRow[]): unknown[] =>
    all.flatMap((row) =>
      'position' in row && row.time !== null ? [[row.time - START, row.future ?? false]] : []
    )
  const past = [0, 1, 2].map((second) => [second, false])
  t.same(times(await rows()), [...past, [1500, false]], 'clocks of neighbours may differ by 10 minutes')
  t.same(times(await rows({ until: START + 5000 })), [...past, [1500, false], [1700, true], [1900, true]])
})
