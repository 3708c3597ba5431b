process.env['TZ'] = 'Europe/Berlin'

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { HistoryRow, ReadingRow } from '../../../src/node/api/reading-rows.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { fault, NOW, reading } from '../../support/fakes/views.ts'
import { runCommand } from '../../support/process/command-run.ts'

function row(n: number, change: Partial<ReadingRow> = {}): ReadingRow {
  const { age: _age, stale: _stale, ...view } = reading(n, 20 + Math.sin(n / 1000))
  return { ...view, state: 'value', from: 'author', interval: 60, ...change }
}

function faultRow(n: number): ReadingRow {
  const { value: _value, shown: _shown, ...rest } = row(n)
  return { ...rest, state: 'fault', fault: fault().fault ?? { code: 'x', text: 'x' } }
}

/** Half an hour, an outage of two hours, half an hour with a fault and an estimated time. */
const rows: readonly HistoryRow[] = [
  ...Array.from({ length: 30 }, (_, i) => row(i * 60)),
  ...Array.from({ length: 15 }, (_, i) => row(9000 + i * 60)),
  faultRow(9900),
  ...Array.from({ length: 15 }, (_, i) => row(9960 + i * 60, i === 3 ? { quality: 1 } : {}))
]

function svgOf(change: readonly HistoryRow[]): ReturnType<typeof runCommand> {
  const operations = Object.assign(new FakeOperations(), { rows: change })
  return runCommand('history hall/air --since 1d --svg -', { operations })
}

t.test('a picture with axes, title, description, gaps and marks, and nothing from outside', async (t) => {
  const { out, err, status } = await svgOf(rows)
  t.same([status, err], [0, ''])
  t.match(out, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 960 260"[^>]* role="img"/)
  t.match(out, /<title id="title">hall\/air\/temperature<\/title>/)
  t.match(
    out,
    /<desc id="desc">hall\/air\/temperature, from 11-23 22:56 to 11-24 01:56: 19\.\d\d °C to 2[01]\.\d\d °C/
  )
  t.match(out, /prefers-color-scheme: dark/)
  t.match(out, />20\.00 °C<\/text>/, 'a value with its unit')
  t.match(out, />11-24 00:00<\/text>/, 'a full hour of local time')
  const curve = /class="curve" d="([^"]*)"/.exec(out)?.[1] ?? ''
  t.equal(curve.split('M').length - 1, 3, 'begins anew after the outage and the fault')
  t.equal(curve.split('L').length - 1, 57)
  t.match(out, /<path class="fault" d="M\d+ 212v6"\/>/)
  t.match(out, /<path class="estimate" d="M\d+ 219v6"\/>/)
  t.notMatch(out, /<script|href|url\(|@import|NaN|Infinity/)
})

t.test('names of strangers are text, equal values and one reading can be drawn', async (t) => {
  const evil = await svgOf([row(0, { who: '"><script>alert(1)</script>&', series: 'air/temperature' })])
  t.notMatch(evil.out, '<script>')
  t.match(evil.out, '&lt;script&gt;')
  t.notMatch(evil.out, /NaN|Infinity/)
  const untimed = [0, 1, 2].map((n) => row(0, { time: null, quality: 2, sinceStart: n * 60 }))
  const { out } = await svgOf(untimed)
  t.match(out, />\+00:01:00<\/text>/)
  t.notMatch(out, /class="estimate"|NaN/)
})

t.test('in a file, and none where there is nothing', async (t) => {
  const file = join(t.testdir(), 'air.svg')
  const operations = Object.assign(new FakeOperations(), { rows })
  const none = await runCommand(`history hall/air --svg ${file}`, {
    operations: Object.assign(new FakeOperations(), { rows: [] })
  })
  t.match(none, { status: 0, out: '', err: /nothing to draw/ })
  t.notOk(existsSync(file))
  const wrote = await runCommand(`history hall/air --svg ${file}`, { operations })
  t.match(wrote, { status: 0, out: '', err: `kith: wrote ${file}\n` })
  t.match(readFileSync(file, 'utf8'), /^<svg[\s\S]*<\/svg>\n$/)
  t.match(operations.asked, [{ since: NOW - 86_400, limit: 100_000_000 }])
  t.equal((await runCommand(`history hall/air --svg ${file}/no/a.svg`, { operations })).status, 1)
  t.equal((await runCommand('history hall/air --svg a.svg --json', { operations })).status, 2)
})

t.test('the plot in text has the same gaps and marks', async (t) => {
  const operations = Object.assign(new FakeOperations(), { rows })
  const { out } = await runCommand('history hall/air --plot', { operations, columns: 80 })
  const lines = out.trimEnd().split('\n')
  t.equal(lines[0], 'hall/air/temperature  (! fault, ~ estimated time)')
  t.match(lines.at(-2), /^ +! *~$/)
  const middle = lines.slice(1, -2).map((line) => line.slice(25, 60).trim())
  t.strictSame([...new Set(middle)], [''], 'nothing is drawn across the outage')
  const none = Object.assign(new FakeOperations(), { rows: rows.slice(0, 30) })
  const plain = await runCommand('history hall/air --plot', { operations: none, columns: 80 })
  t.equal(plain.out.split('\n')[0], 'hall/air/temperature')
  t.equal(plain.out.trimEnd().split('\n').length, 14)
})

t.test('times less than a minute apart show seconds', async (t) => {
  const { out } = await svgOf([0, 1, 2, 3].map((n) => row(n * 5, { interval: 5 })))
  t.match(out, />22:56:4[2-9]<\/text>|>22:56:5\d<\/text>/)
})

t.test(
  'of more than 16 curves some are left out, with their number, and runs before what has times',
  async (t) => {
    const run = (epoch: number): ReadingRow[] =>
      [0, 60].map((n) => {
        const { position, ...view } = row(n)
        return { ...view, time: null, quality: 2, sinceStart: n, position: { ...position, epoch } }
      })
    const runs = Array.from({ length: 1000 }, (_, i) => run(i + 1)).flat()
    const change = [...runs, ...run(1000), ...rows]
    const left = 'kith: 985 of 1001 curves are left out: name one series, or a shorter time\n'
    const { out, err } = await svgOf(change)
    t.equal(out.match(/class="curve"/g)?.length, 16)
    t.match(out, '>hall/air/temperature</text>')
    t.match(err, left)
    const operations = Object.assign(new FakeOperations(), { rows: change })
    const plot = await runCommand('history hall/air --plot', { operations, columns: 80 })
    t.equal(plot.out.match(/^hall\/air\/temperature/gm)?.length, 16)
    t.match(plot.err, left)
  }
)
