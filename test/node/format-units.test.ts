process.env['TZ'] = 'Europe/Berlin'

import t from 'tap'
import {
  ago,
  bytes,
  elapsedTime,
  formatDuration,
  localTime,
  milliseconds
} from '../../src/node/format-units.ts'

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

t.test('a local time carries its offset in the hour that occurs twice', async (t) => {
  const shown = (text: string): string => localTime(Date.parse(text) / 1000)
  for (const [utc, local] of [
    ['2026-10-24T23:59:59Z', '2026-10-25 01:59:59'],
    ['2026-10-25T00:00:00Z', '2026-10-25 02:00:00 +02:00'],
    ['2026-10-25T00:59:59Z', '2026-10-25 02:59:59 +02:00'],
    ['2026-10-25T01:00:00Z', '2026-10-25 02:00:00 +01:00'],
    ['2026-10-25T01:59:59Z', '2026-10-25 02:59:59 +01:00'],
    ['2026-10-25T02:00:00Z', '2026-10-25 03:00:00'],
    ['2026-03-29T00:59:59Z', '2026-03-29 01:59:59'],
    ['2026-03-29T01:00:00Z', '2026-03-29 03:00:00'],
    ['2026-07-01T12:00:00Z', '2026-07-01 14:00:00']
  ] as const)
    t.equal(shown(utc), local, utc)
})

t.test('a time since a start', async (t) => {
  t.same([0, 59.9, 725, 86_399, 86_400, 1_000_000].map(elapsedTime), [
    '+00:00:00',
    '+00:00:59',
    '+00:12:05',
    '+23:59:59',
    '+1d 00:00:00',
    '+11d 13:46:40'
  ])
})
