import t from 'tap'
import type { HistoryEvent } from '../../../src/protocol/query/client/history-client.ts'
import { HistoryPage, type HistoryPageInit } from '../../../src/protocol/query/client/history-client.ts'
import type { QueryAnswer } from '../../../src/protocol/query/codec/frame.ts'
import type { HistorySource } from '../../../src/protocol/query/server/queryables.ts'
import type { HistoryItem } from '../../../src/reading/history/history.ts'
import { comparePositions, type Position } from '../../../src/reading/run.ts'
import { historyBench, readingsOf, runOf, them, topic, us } from '../../support/history.ts'
import { asked, queryBench, queryLimits, RawAsker, settle } from '../../support/query/bench.ts'

const signal = new AbortController().signal
const series = `${asked}/hall/temperature`

/** `block 0-255`, `lost 3-4`, `next 7`. */
async function linesOf(events: AsyncIterable<HistoryEvent>): Promise<string[]> {
  const lines = []
  for await (const event of events) {
    if (event.kind === 'next') lines.push(`next ${event.next.seq}`)
    else if (event.kind === 'lost') lines.push(`lost ${event.lost.from}-${event.lost.to}`)
    else {
      const seqs = event.sealed.readings.map(({ position }) => position.seq)
      lines.push(`${event.sealed.kind} ${seqs[0]}-${seqs.at(-1)}`)
    }
  }
  return lines
}

t.test('a real history: blocks ascending, then the tail, with what a crash lost', async (t) => {
  const { history } = historyBench()
  const first = runOf(1_790_000_000)
  const second = runOf(1_790_000_100)
  history.beginRun(first, { mono: 0, unix: 1_790_000_000, quality: 0 })
  history.appendOwn(readingsOf(asked, first, 0, 299))
  history.appendOwn(readingsOf(asked, first, 310, 320))
  history.beginRun(second, { mono: 0, unix: 1_790_000_100, quality: 0 })
  history.appendOwn(readingsOf(asked, second, 0, 199))
  history.flush()
  const bench = queryBench({ history })
  const all = await linesOf(bench.client.history(asked, [topic], { n: series }, signal))
  t.equal(all[0], 'block 0-255')
  t.ok(all.includes('lost 300-309'), all.join(', '))
  t.match(all.at(-1), /^pack \d+-199$/)
  const tail = await linesOf(
    bench.client.history(asked, [topic], { n: 'hall', from: { ...second, seq: 0 } }, signal)
  )
  t.match(tail[0], /^pack 0-/)
  t.match(tail.at(-1), /-199$/)
  history.close()
})

/** A history of packs of ten readings of one run; 40 to 59 are lost. */
function packedHistory(count: number): HistorySource {
  const run = runOf(7)
  const items: HistoryItem[] = []
  for (let from = 0; from < count; from += 10) {
    if (from === 40) items.push({ kind: 'lost', run, from: 40, to: 59 })
    if (from === 40 || from === 50) continue
    const { bytes } = us.pack(topic, readingsOf(asked, run, from, from + 9))
    items.push({ kind: 'pack', topic, bytes, run, from, to: from + 9 })
  }
  return {
    series: () => [series],
    items(_series, from, limit) {
      const wanted = items.filter(({ run, from: first, to }) => {
        const isAfter = from === undefined || comparePositions({ ...run, seq: to }, from) >= 0
        return isAfter && (limit.to === undefined || comparePositions({ ...run, seq: first }, limit.to) <= 0)
      })
      const page = wanted.slice(0, limit.items)
      const rest = wanted[page.length]
      return { items: page, next: rest === undefined ? undefined : { ...rest.run, seq: rest.from } }
    }
  }
}

t.test('page after page, each once, in order, up to the end', async (t) => {
  const bench = queryBench({ history: packedHistory(1000) })
  const lines = await linesOf(bench.client.history(asked, [topic], { n: series }, signal))
  t.equal(lines.length, 99)
  t.same(lines.slice(3, 6), ['pack 30-39', 'lost 40-59', 'pack 60-69'])
  t.equal(lines.at(-1), 'pack 990-999')
})

t.test('from, to and limit; and where to go on', async (t) => {
  const bench = queryBench({ history: packedHistory(1000) })
  const run = runOf(7)
  const ask = (question: object) =>
    linesOf(bench.client.history(asked, [topic], { n: series, ...question }, signal))
  t.same(await ask({ from: { ...run, seq: 65 }, to: 75 }), ['pack 60-69', 'pack 70-79'])
  t.same(await ask({ limit: 2 }), ['pack 0-9', 'pack 10-19', 'next 20'])
  const many = await ask({ limit: 20 })
  t.equal(many.length, 21)
  t.equal(many.at(-1), 'next 210')
  t.same(await ask({ from: { ...run, seq: 990 }, limit: 1 }), ['pack 990-999'], 'nothing is left: no next')
})

t.test(
  'each answer has the position to go on from, and a range without its run is no question',
  async (t) => {
    const bench = queryBench({ history: packedHistory(70) })
    const raw = new RawAsker(bench.open())
    const answers = await raw.ask({ id: 1, op: 'history', n: series, run: runOf(7), from: 30, limit: 2 })
    t.same(
      answers.map(({ pos, lost, end }) => [pos?.seq, lost, end]),
      [
        [40, undefined, undefined],
        [60, { from: 40, to: 59 }, undefined],
        [60, undefined, true]
      ]
    )
    for (const part of [{ from: 3 }, { to: 3 }, { run: runOf(7), from: 4, to: 3 }]) {
      t.match(await raw.ask({ id: 2, op: 'history', n: series, ...part }), [
        { error: { code: 'bad-request' } }
      ])
    }
  }
)

t.test('history is asked of one series', async (t) => {
  const history = { ...packedHistory(10), series: () => [series, `${asked}/air/temperature`] }
  const bench = queryBench({ history })
  const raw = new RawAsker(bench.open())
  const rows: [object, string][] = [
    [{}, 'bad-request'],
    [{ n: ['hall', 'air'] }, 'bad-request'],
    [{ n: 'cellar' }, 'no-such'],
    [{ n: 'hall', who: them.peer }, 'no-such']
  ]
  for (const [question, code] of rows) {
    t.match(await raw.ask({ id: 1, op: 'history', ...question }), [{ error: { code } }])
  }
  const twice = { ...history, series: () => [series, `${asked}/hall/temperature.a0`] }
  const ambiguous = new RawAsker(queryBench({ history: twice }).open())
  t.match(await ambiguous.ask({ id: 1, op: 'history', n: 'hall' }), [{ error: { code: 'bad-request' } }])
})

t.test('cancelled, a slow history stops', async (t) => {
  const bench = queryBench({ history: packedHistory(4000), limits: { ...queryLimits, historyItems: 400 } })
  const raw = new RawAsker(bench.open())
  raw.stream.stall()
  raw.send({ id: 1, op: 'history', n: series })
  await raw.heard()
  raw.send({ id: 1, op: 'cancel' })
  await raw.heard()
  raw.stream.release()
  const answers = await raw.heard()
  t.ok(answers.length < 398, `${answers.length} answers`)
  t.equal(answers.filter(({ end }) => end === true).length, 1)
  t.notOk(raw.closed)
  await bench.server.stop()
})

t.test(
  'however much history is asked for, a reader who takes nothing has little of it in memory',
  async (t) => {
    const run = runOf(7)
    const bytes = new Uint8Array(15_000)
    const block = (from: number): HistoryItem => ({ kind: 'block', topic, bytes, run, from, to: from + 255 })
    let fetched = 0
    const history: HistorySource = {
      series: () => [series],
      items(_series, from, limit) {
        const first = from?.seq ?? 0
        const count = Math.min(limit.items, Math.max(1, Math.floor(limit.bytes / bytes.length)))
        const items = Array.from({ length: count }, (_, i) => block(first + 256 * i))
        fetched += count
        return { items, next: { ...run, seq: first + 256 * count } }
      }
    }
    const bench = queryBench({ history, limits: { ...queryLimits, historyItems: 64, historyBytes: 524_288 } })
    const raw = new RawAsker(bench.open())
    raw.stream.stall()
    for (let id = 1; id <= 32; id++) raw.send({ id, op: 'history', n: series })
    await raw.heard()
    // What the window of the stream takes, and one that waits.
    t.ok(fetched <= 65_536 / bytes.length + 2, `${fetched} blocks fetched`)
    raw.stream.release()
    for (let turn = 0; turn < 200; turn++) await settle()
    t.equal(raw.answers.filter(({ end }) => end === true).length, 32, 'each is sent to its end')
    t.ok(raw.answers.length > 32 * 30)
    const ids = raw.answers.map(({ id }) => id)
    t.ok(ids.lastIndexOf(1) > ids.indexOf(32), 'and none waits for the whole of another')
    await bench.server.stop()
  }
)

const at = (seq: number): Position => ({ ...runOf(7), seq })

const HUGE = Number.MAX_SAFE_INTEGER

/** A pack of ours; with `attic`, a reading of the series of another device at that seq too. */
function packed(from: number, to: number, attic?: number, epoch = 7): Uint8Array {
  const run = runOf(epoch)
  const others = attic === undefined ? [] : readingsOf(asked, run, attic, attic, 'attic')
  return us.pack(topic, [...readingsOf(asked, run, from, to), ...others]).bytes
}

const misdeeds: [string, QueryAnswer[]][] = [
  [
    'a position that goes back',
    [
      { id: 1, pos: at(20) },
      { id: 1, pos: at(10) }
    ]
  ],
  ['a page that ends where it began', [{ id: 1, end: true, pos: at(5) }]],
  ['a page that ends before it began', [{ id: 1, end: true, pos: at(4) }]],
  ['an empty page that goes on', [{ id: 1, end: true, pos: at(6) }]],
  [
    'an empty page that goes on after a position',
    [
      { id: 1, pos: at(6) },
      { id: 1, end: true, pos: at(7) }
    ]
  ],
  ['a lost range that ends behind its position', [{ id: 1, lost: { from: 0, to: HUGE }, pos: at(7) }]],
  ['a lost range that ends before its position', [{ id: 1, lost: { from: 5, to: 6 }, pos: at(9) }]],
  ['readings without a position', [{ id: 1, pack: packed(6, 7) }]],
  ['a position above its readings', [{ id: 1, pack: packed(6, 7), pos: at(9) }]],
  ['a position of other readings in the pack', [{ id: 1, pack: packed(6, 7, 20), pos: at(21) }]],
  [
    'the same readings again',
    [
      { id: 1, pack: packed(6, 7), pos: at(8) },
      { id: 1, pack: packed(6, 7), pos: at(9) }
    ]
  ],
  ['something lost of no run', [{ id: 1, lost: { from: 1, to: 2 } }]],
  [
    'more than was asked for',
    [6, 7, 8].map((seq) => ({ id: 1, lost: { from: seq, to: seq }, pos: at(seq + 1) }))
  ]
]

/** Of `from` 5; `to` where it is given. */
function pageOf(init: Partial<HistoryPageInit> = {}): HistoryPage {
  return new HistoryPage({
    ...{ from: at(5), limit: 2, isAuthor: true, isAsked: (name: string) => name === series },
    verify: ({ pack }) => (pack instanceof Uint8Array ? [us.open('pack', topic, pack)] : []),
    ...init
  })
}

t.test('a page takes only what goes on', async (t) => {
  for (const [name, answers] of misdeeds) {
    const page = pageOf()
    t.throws(() => {
      for (const answer of answers) page.add(answer)
    }, name)
  }
  const page = pageOf()
  page.add({ id: 1, lost: { from: 5, to: 9 }, pos: at(10) })
  page.add({ id: 1, end: true, pos: at(10) })
  t.same(page.next, at(10))
  const empty = pageOf()
  empty.add({ id: 1, end: true })
  t.same([empty.events, empty.next], [[], undefined])
})

const behind: [string, QueryAnswer][] = [
  ['a position of another run', { id: 1, pos: { ...runOf(8), seq: 6 } }],
  ['lost of another run', { id: 1, lost: { from: 5, to: 6 }, pos: { ...runOf(8), seq: 7 } }],
  ['readings of another run', { id: 1, pack: packed(6, 7, undefined, 8), pos: { ...runOf(8), seq: 8 } }],
  ['a position behind it', { id: 1, pos: at(12) }],
  ['lost behind it', { id: 1, lost: { from: 5, to: 11 }, pos: at(12) }],
  ['readings that begin behind it', { id: 1, pack: packed(11, 12), pos: at(13) }],
  ['such readings with a position before it', { id: 1, pack: packed(11, 12), pos: at(8) }]
]

t.test('with `to`, a page takes what is of the run up to it', async (t) => {
  for (const [name, answer] of behind) {
    t.throws(() => pageOf({ to: 10 }).add(answer), name)
    t.doesNotThrow(() => pageOf().add(answer), `${name}, without \`to\``)
  }
  const page = pageOf({ to: 10 })
  page.add({ id: 1, lost: { from: 5, to: 7 }, pos: at(8) })
  page.add({ id: 1, pack: packed(8, 12), pos: at(13) })
  page.add({ id: 1, end: true, pos: at(13) })
  t.equal(page.events.length, 2)
  const whole = pageOf({ to: 10 })
  whole.add({ id: 1, lost: { from: 5, to: 10 }, pos: at(11) })
  t.equal(whole.events.length, 1)
})

t.test('only the author says what is lost', async (t) => {
  const answer = { id: 1, lost: { from: 5, to: 6 }, pos: at(7) }
  t.throws(() => pageOf({ isAuthor: false }).add(answer))
  const run = runOf(7)
  const theirs = `${them.peer}/hall/temperature`
  const items: HistoryItem[] = [{ kind: 'lost', run, from: 3, to: 6 }]
  const history = { series: () => [theirs], items: () => ({ items, next: undefined }) }
  for (const question of [{ n: theirs, who: them.peer }, { n: theirs }]) {
    const bench = queryBench({ history })
    const events = linesOf(bench.client.history(asked, [topic], question, signal))
    await t.rejects(events, { code: 'misbehaving' })
  }
})

t.test('a page that ends within bytes that overlap is the last', async (t) => {
  const run = runOf(7)
  const pack = (from: number, to: number): HistoryItem => {
    const { bytes } = us.pack(topic, readingsOf(asked, run, from, to))
    return { kind: 'pack', topic, bytes, run, from, to }
  }
  let questions = 0
  const history: HistorySource = {
    series: () => [series],
    items: () => {
      questions += 1
      return { items: [pack(0, 7), pack(5, 12)], next: { ...run, seq: 13 } }
    }
  }
  const bench = queryBench({ history })
  const question = { n: series, from: { ...run, seq: 0 }, to: 10, limit: 2 }
  const lines = await linesOf(bench.client.history(asked, [topic], question, signal))
  t.same(lines, ['pack 0-7', 'pack 5-12'])
  t.equal(questions, 1)
})
