import type { Test } from 'tap'
import type { History, HistoryItem } from '../../src/reading/history/history.ts'
import type { Reading } from '../../src/reading/reading.ts'
import type { Position } from '../../src/reading/run.ts'
import { readingsOf, runOf, them, topic, us } from '../support/history.ts'
import { seeded } from '../support/readings.ts'

/** A history of ours, and how it is closed and opened again as after a clean stop; undefined where nothing lasts. */
export interface HistoryUnderTest {
  readonly history: History
  reopen?(): History
}

const all = { items: 1000, bytes: 10 ** 9 }
const anchor = { mono: 0, unix: 1_767_225_600, quality: 0 } as const
const ours = `${us.peer}/hall/temperature`
const theirs = `${them.peer}/hall/temperature`

/** What every History must do. */
export function historyConformance(test: Test, make: (t: Test) => HistoryUnderTest): void {
  test.test('own readings come back as they were, written or not', async (t) => {
    const { history } = make(t)
    const run = runOf(10)
    const readings = readingsOf(us.peer, run, 0, 300)
    history.beginRun(run, anchor)
    for (const reading of readings) {
      history.appendOwn([reading])
      if (reading.position.seq === 100) history.flush()
    }
    t.same(history.readings({ series: ours, limit: 1000 }), readings)
    t.same(history.held(ours), [{ run, ranges: [[0, 300]] }])
    t.same(history.series(), [ours])
  })

  test.test('faults, booleans, unknown times and channels come back as they were', async (t) => {
    const { history } = make(t)
    const run = runOf(10)
    const [plain] = readingsOf(us.peer, run, 0, 0)
    if (plain === undefined) return
    const { value: _value, fault: _fault, errorBound: _bound, ...rest } = plain
    const series = `${us.peer}/door/contact.a0`
    const contact = { ...rest, series, unit: null, time: null, quality: 2 } as const
    const fault = { code: 'no-acknowledge', text: 'bme280 at 0x76 on i2c-1 does not acknowledge' }
    const appended: Reading[] = [
      { ...contact, value: true },
      { ...contact, position: { ...run, seq: 1 }, fault },
      { ...contact, position: { ...run, seq: 2 }, value: false }
    ]
    history.beginRun(run, { mono: 0, unix: null, quality: 2 })
    history.appendOwn(appended)
    t.same(history.readings({ series, limit: 10 }), appended)
    history.flush()
    t.same(history.readings({ series, limit: 10 }), appended)
    history.beginRun(runOf(11), anchor)
    t.same(history.readings({ series, limit: 10 }), appended, 'sealed')
  })

  test.test('a full block is sealed once; the tail keeps its bytes until it changes', async (t) => {
    const { history } = make(t)
    const run = runOf(10)
    history.beginRun(run, anchor)
    history.appendOwn(readingsOf(us.peer, run, 0, 299))
    const first = history.items(ours, undefined, all).items
    t.same(first.map(shape), ['block 0-255', 'pack 256-299'])
    t.same(history.items(ours, undefined, all).items, first)
    history.appendOwn(readingsOf(us.peer, run, 300, 300))
    const second = history.items(ours, undefined, all).items
    t.same(second[0], first[0])
    t.same(second.map(shape), ['block 0-255', 'pack 256-300'])
    t.same(contentOf(second, us), readingsOf(us.peer, run, 0, 300))
  })

  test.test('a run that began closes the former one', async (t) => {
    const { history } = make(t)
    history.beginRun(runOf(10), anchor)
    history.appendOwn(readingsOf(us.peer, runOf(10), 0, 4))
    history.beginRun(runOf(12), anchor)
    history.appendOwn(readingsOf(us.peer, runOf(12), 0, 1))
    const { items } = history.items(ours, undefined, all)
    t.same(items.map(shape), ['block 0-4', 'pack 0-1'])
    t.same(
      history.runs().map(({ epoch }) => epoch),
      [10, 12]
    )
  })

  test.test('what a run that ended never wrote is lost, what goes on is not', async (t) => {
    const { history } = make(t)
    history.beginRun(runOf(10), anchor)
    history.appendOwn(readingsOf(us.peer, runOf(10), 0, 4))
    history.beginRun(runOf(12), anchor)
    history.appendOwn(readingsOf(us.peer, runOf(12), 0, 1))
    const from = { ...runOf(10), seq: 3 }
    const to = { ...runOf(10), seq: 9 }
    t.same(history.items(ours, from, { ...all, to }).items.map(shape), ['block 0-4', 'lost 5-9'])
    const unknown = { from: { ...runOf(11), seq: 2 }, to: { ...runOf(11), seq: 7 } }
    t.same(history.items(ours, unknown.from, { ...all, to: unknown.to }).items.map(shape), ['lost 2-7'])
    const ahead = { ...runOf(12), seq: 9 }
    t.same(history.items(ours, { ...runOf(12), seq: 1 }, { ...all, to: ahead }).items.map(shape), [
      'pack 0-1'
    ])
  })

  test.test("others' packs stay under their seals; a block takes their place", async (t) => {
    const { history } = make(t)
    const run = runOf(10)
    const readings = readingsOf(them.peer, run, 0, 19)
    const packs = [0, 5, 10, 15].map((from) => them.pack(topic, readings.slice(from, from + 5)))
    for (const pack of packs.toReversed()) history.put(pack)
    const { items } = history.items(theirs, undefined, all)
    t.same(items.map(shape), ['pack 0-4', 'pack 5-9', 'pack 10-14', 'pack 15-19'])
    t.same(
      items.map((item) => (item.kind === 'lost' ? '' : Buffer.from(item.bytes).toString('hex'))),
      packs.map(({ bytes }) => Buffer.from(bytes).toString('hex'))
    )
    history.put(them.block(topic, readings.slice(0, 15)))
    t.same(history.items(theirs, undefined, all).items.map(shape), ['block 0-14', 'pack 15-19'])
    t.same(history.readings({ series: theirs, limit: 100 }), readings)
    t.same(history.series(them.peer), [theirs])
    t.same(history.series(us.peer), [])
  })

  test.test('the first pack that no block took the place of', async (t) => {
    const { history } = make(t)
    const [first, second] = [runOf(10), runOf(20)]
    t.equal(history.firstPack(theirs, undefined), undefined)
    history.put(them.block(topic, readingsOf(them.peer, first, 0, 9)))
    t.equal(history.firstPack(theirs, undefined), undefined)
    history.put(them.pack(topic, readingsOf(them.peer, second, 5, 7)))
    history.put(them.pack(topic, readingsOf(them.peer, second, 8, 9)))
    history.flush()
    t.same(history.firstPack(theirs, undefined), { ...second, seq: 5 })
    t.same(history.firstPack(theirs, { ...first, seq: 3 }), { ...second, seq: 5 })
    t.same(history.firstPack(theirs, { ...second, seq: 8 }), { ...second, seq: 8 })
    history.put(them.pack(topic, readingsOf(them.peer, first, 12, 13)))
    t.same(history.firstPack(theirs, undefined), { ...first, seq: 12 }, 'what is not written yet counts too')
    history.put(them.block(topic, readingsOf(them.peer, first, 10, 14)))
    t.same(history.firstPack(theirs, { ...second, seq: 10 }), undefined)
  })

  test.test('what is held already is not kept again', async (t) => {
    const { history } = make(t)
    const readings = readingsOf(them.peer, runOf(10), 0, 19)
    history.put(them.block(topic, readings))
    history.put(them.pack(topic, readings.slice(3, 9)))
    history.flush()
    history.put(them.pack(topic, readings.slice(0, 9)))
    t.same(history.items(theirs, undefined, all).items.map(shape), ['block 0-19'])
    t.same(history.readings({ series: theirs, limit: 100 }), readings)
  })

  test.test("a gap in somebody else's series is not lost: its author may have it", async (t) => {
    const { history } = make(t)
    const readings = readingsOf(them.peer, runOf(10), 0, 19)
    history.put(them.pack(topic, readings.slice(0, 5)))
    history.put(them.pack(topic, readings.slice(10, 20)))
    t.same(history.items(theirs, undefined, all).items.map(shape), ['pack 0-4', 'pack 10-19'])
    t.same(history.held(theirs), [
      {
        run: runOf(10),
        ranges: [
          [0, 4],
          [10, 19]
        ]
      }
    ])
  })

  test.test('a pack of several series is found by each of them', async (t) => {
    const { history } = make(t)
    const hall = readingsOf(them.peer, runOf(10), 0, 3)
    const attic = readingsOf(them.peer, runOf(10), 7, 9, 'attic')
    history.put(them.pack(topic, [...attic, ...hall]))
    t.same(history.items(theirs, undefined, all).items.map(shape), ['pack 0-3'])
    t.same(history.readings({ series: `${them.peer}/attic/temperature`, limit: 10 }), attic)
    history.put(them.block(topic, hall))
    t.same(history.items(theirs, undefined, all).items.map(shape), ['block 0-3'])
    t.same(history.readings({ series: `${them.peer}/attic/temperature`, limit: 10 }), attic)
  })

  test.test('going on where an answer ended returns everything once', async (t) => {
    const { history } = make(t)
    history.beginRun(runOf(10), anchor)
    history.appendOwn(readingsOf(us.peer, runOf(10), 0, 600))
    history.beginRun(runOf(11), anchor)
    history.appendOwn(readingsOf(us.peer, runOf(11), 0, 300))
    const items: HistoryItem[] = []
    let from: Position | undefined
    do {
      const answer = history.items(ours, from, { items: 2, bytes: 5000 })
      t.ok(answer.items.length > 0 && answer.items.length <= 2)
      items.push(...answer.items)
      from = answer.next
    } while (from !== undefined)
    t.same(items, history.items(ours, undefined, all).items)
    const readings: Reading[] = []
    for (;;) {
      const page = history.readings({ series: ours, limit: 97, after: readings.at(-1)?.position })
      if (page.length === 0) break
      readings.push(...page)
    }
    t.same(readings, [...readingsOf(us.peer, runOf(10), 0, 600), ...readingsOf(us.peer, runOf(11), 0, 300)])
  })

  test.test('going on behind ranges that overlap ends', async (t) => {
    const { history } = make(t)
    const run = runOf(10)
    const readings = readingsOf(them.peer, run, 0, 20)
    history.put(them.block(topic, readings.slice(0, 11)))
    history.put(them.pack(topic, readings.slice(8, 13)))
    history.put(them.pack(topic, readings.slice(12, 21)))
    const first = history.items(theirs, undefined, { items: 1, bytes: 10 ** 9 })
    t.same([first.items.map(shape), first.next], [['block 0-10'], { ...run, seq: 11 }])
    const second = history.items(theirs, first.next, { items: 1, bytes: 10 ** 9 })
    t.same([second.items.map(shape), second.next], [['pack 8-12'], { ...run, seq: 13 }])
    t.same(history.items(theirs, second.next, all).items.map(shape), ['pack 12-20'])
  })

  test.test('a window of time', async (t) => {
    const { history } = make(t)
    const readings = readingsOf(us.peer, runOf(10), 0, 600)
    history.beginRun(runOf(10), anchor)
    history.appendOwn(readings)
    const [since, until] = [1_767_225_600 + 250, 1_767_225_600 + 260]
    t.same(history.readings({ series: ours, since, until, limit: 100 }), readings.slice(250, 261))
    t.same(history.readings({ series: ours, since, limit: 3 }), readings.slice(250, 253))
    t.same(history.readings({ series: ours, until: 1, limit: 3 }), [])
  })

  test.test('an anchor that becomes known later gives unknown times an estimate', async (t) => {
    const { history } = make(t)
    const unknown = readingsOf(us.peer, runOf(10), 0, 3).map(({ errorBound: _, ...reading }) => ({
      ...reading,
      time: null,
      quality: 2 as const
    })) as Reading[]
    history.beginRun(runOf(10), { mono: 0, unix: null, quality: 2 })
    history.appendOwn(unknown)
    t.same(history.readings({ series: ours, since: 0, limit: 9 }), [])
    const late = { mono: 5000, unix: 1_800_000_005, errorBound: 0.5, quality: 0 } as const
    history.anchor(runOf(10), late)
    const times = history
      .readings({ series: ours, since: 0, limit: 9 })
      .map(({ time, quality }) => [time, quality])
    t.same(
      times,
      [0, 1, 2, 3].map((second) => [1_800_000_000 + second, 1])
    )
    t.match(history.runs(), [{ ...runOf(10), ...late }])
  })

  test.test('the newest of each series, for a start', async (t) => {
    const { history } = make(t)
    history.put(them.block(topic, readingsOf(them.peer, runOf(9), 0, 30)))
    history.put(them.pack(topic, readingsOf(them.peer, runOf(10), 0, 1)))
    history.put(them.pack(topic, readingsOf(them.peer, runOf(10), 2, 3)))
    history.beginRun(runOf(10), anchor)
    history.appendOwn(readingsOf(us.peer, runOf(10), 0, 4))
    history.beginRun(runOf(11), anchor)
    const newest = [...history.latest()].map(({ kind, author, readings }) => [
      kind,
      author,
      readings.at(-1)?.position
    ])
    t.same(
      newest.toSorted(),
      [
        ['block', us.peer, { ...runOf(10), seq: 4 }],
        ['pack', them.peer, { ...runOf(10), seq: 3 }]
      ].toSorted()
    )
  })

  test.test('from any position, exactly what is missing, in order: 12 random histories', async (t) => {
    const random = seeded(4)
    const below = (n: number): number => Math.floor(random() * n)
    for (let round = 0; round < 12; round++) {
      const { history } = make(t)
      const own = scribbleOwn(history, below)
      const other = scribbleOthers(history, below)
      for (const [series, sealer, held] of [
        [ours, us, own],
        [theirs, them, other]
      ] as const) {
        const from = held[below(held.length)]?.position
        const expected = held.filter((reading) => from === undefined || !isBefore(reading.position, from))
        const { items, next } = history.items(series, from, all)
        const content = contentOf(items, sealer).filter(({ series: name }) => name === series)
        const once = new Map(content.map((reading) => [JSON.stringify(reading.position), reading]))
        const missing = [...once.values()].filter(
          ({ position }) => from === undefined || !isBefore(position, from)
        )
        if (!same(missing, expected)) return t.same(missing, expected, `round ${round}`)
        if (next !== undefined) return t.fail('there is more')
        const read = history.readings({ series, limit: 10_000 })
        if (!same(read, held)) return t.same(read, held, `round ${round}`)
      }
    }
    return t.pass()
  })

  test.test('everything is there after a clean stop', async (t) => {
    const { history, reopen } = make(t)
    if (reopen === undefined) return t.pass('nothing lasts here')
    const readings = readingsOf(us.peer, runOf(10), 0, 300)
    const other = readingsOf(them.peer, runOf(10), 0, 30)
    history.beginRun(runOf(10), anchor)
    history.appendOwn(readings)
    history.put(them.pack(topic, other))
    const { items } = history.items(ours, undefined, all)
    const again = reopen()
    t.same(again.readings({ series: ours, limit: 1000 }), readings)
    t.same(again.readings({ series: theirs, limit: 1000 }), other)
    t.same(again.items(ours, undefined, all).items.map(shape), items.map(shape))
    again.beginRun(runOf(11), anchor)
    t.same(again.items(ours, undefined, all).items.map(shape), ['block 0-255', 'block 256-300'])
    t.match(again.runs(), [{ ...runOf(10), ...anchor }, { ...runOf(11) }])
    return
  })
}

function shape(item: HistoryItem): string {
  return `${item.kind} ${item.from}-${item.to}`
}

function contentOf(items: readonly HistoryItem[], sealer: typeof us): Reading[] {
  return items.flatMap((item) =>
    item.kind === 'lost' ? [] : sealer.open(item.kind, item.topic, item.bytes).readings
  )
}

function isBefore(a: Position, b: Position): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq)
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted)
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Runs of ours of random lengths, flushed at random moments. @returns what was appended */
function scribbleOwn(history: History, below: (n: number) => number): Reading[] {
  const held: Reading[] = []
  for (let epoch = 10; epoch < 11 + below(3); epoch++) {
    history.beginRun(runOf(epoch), anchor)
    for (let seq = 0; seq < 400; ) {
      const more = readingsOf(us.peer, runOf(epoch), seq, seq + below(60))
      history.appendOwn(more)
      held.push(...more)
      seq += more.length
      if (below(4) === 0) history.flush()
      if (below(12) === 0) break
    }
  }
  return held
}

/** Packs and blocks of somebody else, out of order, overlapping, some missing. @returns what arrived */
function scribbleOthers(history: History, below: (n: number) => number): Reading[] {
  const held = new Map<string, Reading>()
  const run = runOf(20)
  for (let i = 0; i < 30; i++) {
    const from = below(200)
    const readings = readingsOf(them.peer, run, from, from + below(12))
    const attic = below(3) === 0 ? readingsOf(them.peer, run, from, from, 'attic') : []
    const isBlock = below(3) === 0
    history.put(isBlock ? them.block(topic, readings) : them.pack(topic, [...readings, ...attic]))
    for (const reading of readings) held.set(String(reading.position.seq), reading)
    if (below(6) === 0) history.flush()
  }
  return [...held.values()].toSorted((a, b) => a.position.seq - b.position.seq)
}
