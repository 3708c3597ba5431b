process.env['TZ'] = 'Europe/Berlin'

import { decodeMultiple } from 'cbor-x'
import t from 'tap'
import type { HistoryRow, LostRow, ReadingRow } from '../../../src/node/api/reading-rows.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { fault, NOW, reading } from '../../support/fakes/views.ts'
import { runCommand } from '../../support/process/command-run.ts'

/** A reading `n` seconds after 22:00 local time, two minutes after the one before. */
function row(n: number, value: number, change: Partial<ReadingRow> = {}): ReadingRow {
  const { age: _age, stale: _stale, ...view } = reading(0, value)
  return {
    ...view,
    state: 'value',
    from: 'author',
    interval: 120,
    time: NOW - 3401 + n,
    position: { ...view.position, seq: n },
    ...change
  }
}

function faultRow(n: number): ReadingRow {
  const { value: _value, shown: _shown, ...rest } = row(n, 0)
  return { ...rest, state: 'fault', fault: fault().fault ?? { code: 'x', text: 'x' } }
}

const { position, peer, who, series } = row(0, 0)
const lost: LostRow = { peer, who, series, lost: { ...position, from: 7, to: 9 } }

/** Four readings and a fault in one hour, an outage of more than four, one reading in another. */
const rows: readonly HistoryRow[] = [
  row(0, 20),
  row(120, 22),
  lost,
  faultRow(240),
  row(360, 21, { quality: 1 }),
  row(480, 20.5),
  row(4 * 3600 + 3500, 19)
]

function operations(change: readonly HistoryRow[] = rows): FakeOperations {
  return Object.assign(new FakeOperations(), { rows: change })
}

const AIR = 'hall/air/temperature'

t.test('a table with minimum, mean and maximum of each hour, and one line for an outage', async (t) => {
  const { out, err, status } = await runCommand('history hall air --every 1h', { operations: operations() })
  t.same(out.trimEnd().split('\n'), [
    `~2026-11-23 22:00:00\t${AIR}\tmin 20.00 °C\tmean 20.88 °C\tmax 22.00 °C\t4 readings, 1 fault, 3 lost`,
    `2026-11-23 23:00:00 – 2026-11-24 02:00:00\t${AIR}\tno readings`,
    `2026-11-24 02:00:00\t${AIR}\tmin 19.00 °C\tmean 19.00 °C\tmax 19.00 °C\t1 reading`
  ])
  t.same([status, err], [0, ''])
})

t.test(
  'a terminal of 80 columns has room for it: the series stands once, the unit with the maximum',
  async (t) => {
    const other = row(0, 1013.25, { series: 'air/pressure', shown: '1013.25 hPa' })
    const { out } = await runCommand('history hall air --every 1h', {
      operations: operations([...rows, other]),
      columns: 80
    })
    const lines = out.trimEnd().split('\n')
    t.same(lines, [
      AIR,
      '  ~2026-11-23 22:00  min   20.00  mean   20.88  max    22.00 °C  4 readings, 1 fault, 3 lost',
      '  2026-11-23 23:00 – 2026-11-24 02:00  no readings',
      '  2026-11-24 02:00  min   19.00  mean   19.00  max    19.00 °C  1 reading',
      '',
      'hall/air/pressure',
      '  2026-11-23 22:00  min 1013.25  mean 1013.25  max 1013.25 hPa  1 reading'
    ])
    t.ok(lines.slice(2).every((line) => line.length <= 80))
  }
)

t.test('in CSV, JSON and CBOR with the same numbers', async (t) => {
  const csv = await runCommand('history hall air --every 1h --csv', { operations: operations() })
  t.same(csv.out.trimEnd().split('\n'), [
    'time,until,run,peer,series,count,min,mean,max,unit,faults,lost,estimated,cut',
    `2026-11-23T21:00:00.000Z,2026-11-23T22:00:00.000Z,,${peer},air/temperature,4,20,20.875,22,Cel,1,3,1,`,
    `2026-11-24T01:00:00.000Z,2026-11-24T02:00:00.000Z,,${peer},air/temperature,1,19,19,19,Cel,0,0,0,`
  ])
  const json = await runCommand('history hall air --every 1h --json', { operations: operations() })
  const found = json.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(found[0], {
    who: 'hall',
    series: 'air/temperature',
    time: NOW - 3401,
    until: NOW - 3401 + 3600,
    count: 4,
    min: 20,
    mean: 20.875,
    max: 22,
    shown: { min: '20.00 °C', mean: '20.88 °C', max: '22.00 °C' },
    faults: 1,
    lost: 3,
    estimated: 1
  })
  const cbor = await runCommand('history hall air --every 1h --cbor', { operations: operations() })
  t.strictSame(decodeMultiple(cbor.bytes ?? Buffer.of()), found)
})

t.test('by day, by run where no time is known, and of what has two states', async (t) => {
  const day = await runCommand('history hall air --every 1d', { operations: operations() })
  t.equal(day.out.match(/^~?2026-11-2[34] 00:00:00/gm)?.length, 2)
  const untimed = [0, 1].map((n) => row(n, 20 + n, { time: null, quality: 2, sinceStart: n }))
  const run = await runCommand('history hall air --every 1h', { operations: operations(untimed) })
  t.match(run.out, /^run 1795400000\thall\/air\/temperature\tmin 20\.00 °C\tmean 20\.50 °C/)
  const door = [true, false, false, true].map((value, n) =>
    row(n, 0, { value, shown: value ? 'open' : 'closed' })
  )
  const share = await runCommand('history hall door --every 1h', { operations: operations(door) })
  t.match(share.out, /min 0\.00\tmean 0\.50\tmax 1\.00\t4 readings/)
  const faults = await runCommand('history hall air --every 1h', { operations: operations([faultRow(0)]) })
  t.match(faults.out, /\tno values\t0 readings, 1 fault\n$/)
})

t.test('one line for each outage in the table of readings, and none without an interval', async (t) => {
  const { out } = await runCommand('history hall air', { operations: operations() })
  const lines = out.trimEnd().split('\n')
  t.equal(lines.length, rows.length + 1)
  t.equal(lines[6], `2026-11-23 22:08:00 – 2026-11-24 02:58:20\t${AIR}\tno readings`)
  const events = [row(0, 1, { interval: 0 }), row(9000, 1, { interval: 0 })]
  t.notMatch((await runCommand('history hall air', { operations: operations(events) })).out, /no readings/)
})

t.test('a week of a reading a second keeps one bucket an hour, and is asked for as a whole', async (t) => {
  const fake = new FakeOperations()
  fake.history = async function* (request) {
    fake.asked.push(request)
    for (let n = 0; n < 50_000; n++) yield row(n, 20 + (n % 10), { interval: 1 })
  }
  const { out } = await runCommand('history hall air --since 7d --every 1h --csv', { operations: fake })
  t.match(fake.asked, [{ limit: 100_000_000 }])
  const counts = out
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[5]))
  t.equal(counts.length, 14)
  t.equal(
    counts.reduce((a, b) => a + b, 0),
    50_000
  )
})

t.test('a period that --limit cuts says so, and none where no more readings exist', async (t) => {
  const fake = operations()
  const cut = await runCommand('history hall air --every 1h --limit 3', { operations: fake })
  t.match(fake.asked, [{ limit: 4 }])
  t.match(cut.out, /\t2 readings, 1 fault, 3 lost, cut at the limit\n$/)
  t.match(
    cut.err,
    'kith: only the first 3 readings; others by --limit (at most 1000000), or --since and --until'
  )
  const csv = await runCommand('history hall air --every 1h --csv --limit 3', { operations: operations() })
  t.match(csv.out, /,1,3,0,true\n$/)
  const json = await runCommand('history hall air --every 1h --json --limit 3', { operations: operations() })
  t.match(JSON.parse(json.out), { count: 2, cut: true })
  const hour = await runCommand('history hall air --every 1h --limit 5', { operations: operations() })
  t.match(hour.out, /\t4 readings, 1 fault, 3 lost\n$/, 'the reading that is left out is of another hour')
  t.match(hour.err, 'kith: only the first 5 readings')
  const whole = await runCommand('history hall air --every 1h --limit 6', { operations: operations() })
  t.notMatch(whole.out, 'cut')
  t.equal(whole.err, '')
})

t.test('what must fail', async (t) => {
  const fake = operations()
  for (const [line, text] of [
    ['history hall air --every 1h --plot', /--every excludes --plot and --svg/],
    ['history hall air --every 500ms', /must be 1s to 366d/],
    ['history hall air --every 10', /did you mean 10s/],
    ['history hall air --every 1s --since 7d', /604800 periods of --every, at most 100000/]
  ] as const) {
    const { status, err } = await runCommand(line, { operations: fake })
    t.equal(status, 2, line)
    t.match(err, text)
  }
  t.same(fake.asked, [])
})
