process.env['TZ'] = 'Europe/Berlin'

import t from 'tap'
import { parseDuration, parseTime } from '../../../src/cli/command-line/parse-time.ts'

/** Monday, in summer time (+02:00). */
const NOW = Date.parse('2026-03-30T12:00:00+02:00')

t.test('times in the past', async (t) => {
  for (const [text, time] of [
    ['now', '2026-03-30T12:00+02:00'],
    ['1h', '2026-03-30T11:00+02:00'],
    ['10m', '2026-03-30T11:50+02:00'],
    ['10 minutes', '2026-03-30T11:50+02:00'],
    ['2026-03-30', '2026-03-30T00:00+02:00'],
    ['2026-03-28', '2026-03-28T00:00+01:00'],
    ['2024-02-29', '2024-02-29T00:00+01:00'],
    ['2026-03-30T10:00', '2026-03-30T10:00+02:00'],
    ['2026-03-30 10:00:30', '2026-03-30T10:00:30+02:00'],
    ['2026-10-25 02:30:00 +01:00', '2026-10-25T02:30+01:00'],
    ['2026-03-30T10:00Z', '2026-03-30T10:00Z'],
    ['2026-03-30T10:00+0530', '2026-03-30T10:00+05:30'],
    ['11:59', '2026-03-30T11:59+02:00'],
    ['12:00', '2026-03-30T12:00+02:00'],
    ['23:00', '2026-03-29T23:00+02:00'],
    ['6:30', '2026-03-30T06:30+02:00'],
    ['today', '2026-03-30T00:00+02:00'],
    ['today 06:30', '2026-03-30T06:30+02:00'],
    // A day of 23 hours: the clocks were set forward.
    ['yesterday', '2026-03-29T00:00+01:00'],
    ['yesterday 23:00', '2026-03-29T23:00+02:00'],
    ['yesterdayT06:30:15', '2026-03-29T06:30:15+02:00']
  ] as const)
    t.equal(parseTime(text, NOW), Date.parse(time) / 1000, text)
})

t.test('what is no time', async (t) => {
  for (const text of [
    '',
    'soon',
    '10',
    '2026-02-30',
    '2026-02-29',
    '2026-04-31T10:00',
    '2026-13-01',
    '2026-00-10',
    '2026-03-30T25:00',
    '2026-03-30T10:60',
    '24:00',
    '23:60',
    'today 24:00',
    'yesterdayish',
    'tomorrow',
    '2026-3-1'
  ])
    t.same(parseTime(text, NOW), Number.NaN, text)
})

t.test('durations, in every spelling that has a unit', async (t) => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['2min', 120_000],
    ['10m', 600_000],
    ['2 Hours', 7_200_000],
    ['1.5h', 5_400_000],
    ['5', Number.NaN],
    ['5 parsecs', Number.NaN],
    ['-1h', Number.NaN]
  ] as const)
    t.same(parseDuration(text), ms, text)
})
