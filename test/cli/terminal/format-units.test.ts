import t from 'tap'
import { ago, bytes, formatDuration, milliseconds } from '../../../src/cli/terminal/format-units.ts'

t.test('durations, round trips and bytes', async (t) => {
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
