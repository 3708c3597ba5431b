import t from 'tap'
import { rangesOf } from '../../../../src/reading/history/range.ts'
import { storedRows } from '../../../../src/reading/history/rows/stored-rows.ts'
import { RecentSealed } from '../../../../src/reading/history/sqlite/recent-sealed.ts'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { HistoryStore } from '../../../../src/reading/history/store/history-store.ts'
import type { StoredSealed } from '../../../../src/reading/history/store/sealed-table.ts'
import { readingsOf, runOf, them, topic } from '../../../support/history.ts'

const run = runOf(10)
const series = `${them.peer}/hall/temperature`

function rows(from: number, to: number): StoredSealed {
  const readings = readingsOf(them.peer, run, from, to)
  const [first] = readings
  if (first === undefined) throw new RangeError('no rows')
  return { kind: 'rows', topic, dated: 1, bytes: storedRows(first, readings), ranges: rangesOf(readings) }
}

function pack(from: number, to: number): StoredSealed {
  const readings = readingsOf(them.peer, run, from, to)
  return {
    kind: 'pack',
    topic,
    dated: 1,
    bytes: them.pack(topic, readings).bytes,
    ranges: rangesOf(readings)
  }
}

function block(from: number, to: number): StoredSealed {
  return { ...pack(from, to), kind: 'block' }
}

const stores = {
  memory: () => new RecentSealed(),
  disk: () => new HistoryStore(openDatabase(':memory:')).sealed
}

/** Ranges that are held after what was put, `unsealed` below 0. */
const cases: readonly (readonly [string, StoredSealed[], { held: string; unsealed: string }])[] = [
  [
    'a pack within rows',
    [rows(10, 40), pack(20, 22)],
    { held: '10-19r 20-22 23-40r', unsealed: '10-19 23-40' }
  ],
  ['a pack at the end of rows', [rows(10, 40), pack(35, 50)], { held: '10-34r 35-50', unsealed: '10-34' }],
  ['a pack at the begin of rows', [rows(10, 40), pack(5, 12)], { held: '5-12 13-40r', unsealed: '13-40' }],
  ['a block over rows', [rows(10, 40), block(10, 60)], { held: '10-60', unsealed: '' }],
  [
    'rows over packs',
    [pack(20, 22), pack(30, 33), rows(10, 40)],
    {
      held: '10-19r 20-22 23-29r 30-33 34-40r',
      unsealed: '10-19 23-29 34-40'
    }
  ],
  ['rows over the end of a pack', [pack(5, 12), rows(10, 40)], { held: '5-12 13-40r', unsealed: '13-40' }],
  [
    'rows over packs that overlap',
    [pack(10, 20), pack(15, 30), rows(5, 35)],
    {
      held: '5-9r 10-20 15-30 31-35r',
      unsealed: '5-9 31-35'
    }
  ],
  ['rows that packs hold', [pack(10, 20), pack(21, 30), rows(12, 25)], { held: '10-20 21-30', unsealed: '' }],
  ['rows over rows', [rows(10, 20), rows(5, 30)], { held: '5-30r', unsealed: '5-30' }]
]

for (const [where, open] of Object.entries(stores)) {
  for (const [what, puts, { held, unsealed }] of cases) {
    t.test(`${what}, ${where}`, async (t) => {
      const store = open()
      for (const stored of puts) store.put(stored)
      const found = [...store.held(series, run)]
      t.equal(found.map(({ from, to, sealed }) => `${from}-${to}${sealed < 0 ? 'r' : ''}`).join(' '), held)
      t.equal(
        store
          .unsealed(series)
          .map(({ from, to }) => `${from}-${to}`)
          .join(' '),
        unsealed
      )
      for (const { from, to, sealed } of found) {
        for (const seq of [from, to]) {
          const [range] = store.ranges(series, run, seq, 1)
          t.ok(range !== undefined && range.from <= seq && range.to >= seq, `${seq} is found`)
        }
        t.equal(store.get(sealed)?.kind === 'rows', sealed < 0)
      }
      t.equal(
        store.count(),
        found.reduce((sum, { from, to }) => sum + to - from + 1, 0)
      )
    })
  }

  t.test(`what is sealed is told from rows, ${where}`, async (t) => {
    const store = open()
    for (const stored of [pack(0, 5), rows(10, 40), pack(20, 22)]) store.put(stored)
    t.equal(store.firstPack(series, run, 6), 10, 'rows need a block as packs do')
    t.equal(store.firstPack(series, run, 41), undefined)
    t.equal(store.lastRange(series, run)?.to, 40)
    t.equal(store.lastRange(series, run, { sealed: true })?.to, 22)
    t.match(store.ranges(series, run, 21, 1), [{ from: 20, to: 22 }])
  })

  t.test(`rows of which nothing is left take no room, ${where}`, async (t) => {
    const store = open()
    store.put(rows(10, 40))
    const [{ sealed } = { sealed: 0 }] = store.held(series, run)
    for (const [from, to] of [
      [10, 20],
      [30, 40],
      [21, 29]
    ] as const)
      store.put(pack(from, to))
    t.equal(store.get(sealed), undefined)
    t.same(store.unsealed(series), [])
  })
}
