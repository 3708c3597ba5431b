import t from 'tap'
import { plain } from '../../../src/cli/terminal/ansi-style.ts'
import { ago, bytes, formatDuration, milliseconds } from '../../../src/cli/terminal/format-units.ts'
import { plot, sparkline } from '../../../src/cli/terminal/plot.ts'
import { table } from '../../../src/cli/terminal/table.ts'
import { cut, pad, textWidth } from '../../../src/cli/terminal/text-width.ts'
import { csvLine } from '../../../src/cli/views/history-csv.ts'
import { jsonLine, sanitize } from '../../../src/node/log/sanitize.ts'
import { fault, series } from '../../support/fakes/operations.ts'

t.test('the width of a text', async (t) => {
  const rows: readonly (readonly [text: string, width: number])[] = [
    ['', 0],
    ['hall', 4],
    ['21.48 °C', 8],
    ['温度', 4],
    ['é', 1],
    ['🌡', 1],
    ['🔥', 2]
  ]
  for (const [text, width] of rows) t.equal(textWidth(text), width, text)
  t.equal(cut('greenhouse', 6), 'green…')
  t.equal(cut('温度計', 4), '温…', 'a wide character is not halved')
  t.equal(cut('hall', 4), 'hall')
  t.equal(cut('hall', 0), '')
  t.equal(pad('温', 4), '温  ')
  t.equal(pad('x', 3, 'right'), '  x')
  t.equal(pad('long', 2), 'long')
})

t.test('a table fits the width', async (t) => {
  const columns = [{ title: 'NAME' }, { title: 'LESS', drop: 1 }, { title: 'OTHER', drop: 2 }] as const
  const rows = [[{ text: 'a very long name indeed' }, { text: 'b' }, { text: 'c' }]]
  const at = (width: number): string[] => table(columns, rows, { width, ansi: plain })
  t.same(at(Infinity), ['NAME                     LESS  OTHER', 'a very long name indeed  b     c'])
  t.same(at(30), ['NAME                     LESS', 'a very long name indeed  b'])
  t.same(at(25), ['NAME', 'a very long name indeed'])
  t.same(at(12), ['NAME', 'a very long…'])
  t.same(table(columns, [], { width: 40, ansi: plain, head: false }), [])
})

t.test('amounts as a person reads them', async (t) => {
  t.same([0.04, 0.4, 1, 9.94, 12, 119, 120, 7300, 200_000].map(formatDuration), [
    '0 s',
    '0.4 s',
    '1 s',
    '9.9 s',
    '12 s',
    '119 s',
    '2 min',
    '2 h',
    '2 d'
  ])
  t.same([0, 0.9, 1, 12.7].map(ago), ['now', 'now', '1 s ago', '12 s ago'])
  t.same([0.21, 2.14, 41.4, 1234].map(milliseconds), ['0.2 ms', '2.1 ms', '41 ms', '1.2 s'])
  t.same([512, 4100, 1_300_000, 2e15].map(bytes), ['512 B', '4.1 kB', '1.3 MB', '2000.0 TB'])
})

t.test('sparklines and curves', async (t) => {
  t.equal(sparkline([1, 2, 3, 4, 5, 6, 7, 8]), '▁▂▃▄▅▆▇█')
  t.equal(sparkline([5, 5]), '▄▄')
  const points = [
    { time: 0, value: 0, joined: false },
    { time: 1, value: 1, joined: true },
    { time: 9, value: 0, joined: false },
    { time: 10, value: 1, joined: true }
  ]
  const lines = plot(points, { width: 24, height: 2, label: (value) => value.toFixed(0) })
  t.equal(lines.length, 3)
  t.match(lines[0], /^1 ┤ ?\S{2} {8,}\S{2}$/, 'two rises with a gap between them')
  t.match(lines[1], /^0 ┤\S{1,2} {8,}\S{1,2}$/)
  const one = plot([{ time: 5, value: 7, joined: false }], { width: 24, height: 3, label: String })
  t.match(one.join(''), /[\u2801-\u28ff]/, 'a single reading is a dot, and no number is divided by zero')
})

t.test('CSV as RFC 4180 has it', async (t) => {
  const { age: _age, stale: _stale, ...view } = series({ series: 'a,"b"/temperature' })
  t.match(csvLine({ ...view, state: 'value' }), /,"a,""b""\/temperature",21\.48,Cel,,0,/)
  const { age: _ago, stale: _s, ...broken } = fault()
  t.match(csvLine({ ...broken, state: 'fault', time: null }), /^,.*,,V,no-acknowledge,/)
})

t.test('words of others', async (t) => {
  t.equal(sanitize('a\x1b]0;x\x07b\u202ec\u2028d\ud800'), 'a\ufffd]0;x\ufffdb\ufffdc\ufffdd\ufffd')
  t.equal(sanitize('hällo °C 温'), 'hällo °C 温')
  t.equal(sanitize('x'.repeat(300)).length, 200)
  t.equal(jsonLine({ a: '\u009b\x1b\u2028' }), '{"a":"\\u009b\\u001b\\u2028"}')
  t.same(JSON.parse(jsonLine({ a: '\u009b\x7f°' })), { a: '\u009b\x7f°' })
})
