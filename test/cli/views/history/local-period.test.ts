process.env['TZ'] = 'Europe/Berlin'

import t from 'tap'
import { localPeriod } from '../../../../src/cli/views/history/local-period.ts'

const HOUR = 3600
const DAY = 86_400

/** The period in which a time lies, as ISO 8601 in UTC. */
function period(at: string, every: number): string {
  const { start, end } = localPeriod(Date.parse(at) / 1000, every)
  return [start, end].map((time) => new Date(time * 1000).toISOString().slice(5, 19)).join(' ')
}

t.test('hours and minutes', async (t) => {
  t.equal(period('2026-11-23T21:56:41Z', HOUR), '11-23T21:00:00 11-23T22:00:00')
  t.equal(period('2026-11-23T21:56:41Z', 600), '11-23T21:50:00 11-23T22:00:00')
  t.equal(
    period('2026-11-23T21:00:00Z', HOUR),
    '11-23T21:00:00 11-23T22:00:00',
    'the beginning belongs to it'
  )
  t.equal(period('2026-11-23T21:56:41.500Z', 1), '11-23T21:56:41 11-23T21:56:42')
})

t.test('longer ones from local midnight on', async (t) => {
  t.equal(period('2026-11-23T21:56:41Z', 6 * HOUR), '11-23T17:00:00 11-23T23:00:00')
  t.equal(period('2026-11-23T21:56:41Z', DAY), '11-22T23:00:00 11-23T23:00:00')
  t.equal(period('2026-11-23T21:56:41Z', 7 * DAY), '11-22T23:00:00 11-29T23:00:00', 'weeks from Monday')
  t.equal(period('2026-11-22T21:56:41Z', 7 * DAY), '11-15T23:00:00 11-22T23:00:00', 'and Sunday ends them')
})

t.test('the last one of a day ends with it', async (t) => {
  t.equal(period('2026-11-23T22:56:41Z', 7 * HOUR), '11-23T20:00:00 11-23T23:00:00')
})

t.test('the hour that occurs twice is two, and its day has 25', async (t) => {
  // The clocks of Berlin are set back at 01:00 UTC.
  t.equal(period('2026-10-25T00:30:00Z', HOUR), '10-25T00:00:00 10-25T01:00:00')
  t.equal(period('2026-10-25T01:30:00Z', HOUR), '10-25T01:00:00 10-25T02:00:00')
  t.equal(period('2026-10-25T12:00:00Z', DAY), '10-24T22:00:00 10-25T23:00:00')
  t.equal(period('2026-10-25T01:30:00Z', 6 * HOUR), '10-24T22:00:00 10-25T05:00:00')
})

t.test('the hour that does not occur is none, and its day has 23', async (t) => {
  // They are set forward at 01:00 UTC.
  t.equal(period('2026-03-29T00:30:00Z', HOUR), '03-29T00:00:00 03-29T01:00:00')
  t.equal(period('2026-03-29T01:30:00Z', HOUR), '03-29T01:00:00 03-29T02:00:00')
  t.equal(period('2026-03-29T12:00:00Z', DAY), '03-28T23:00:00 03-29T22:00:00')
  t.equal(period('2026-03-29T01:30:00Z', 6 * HOUR), '03-28T23:00:00 03-29T04:00:00')
})

t.test('every instant of a year lies in its period, and periods follow each other', async (t) => {
  for (const every of [60, HOUR, 2 * HOUR, 5 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY]) {
    const from = Date.UTC(2026, 0, 1) / 1000
    let wrong = 0
    for (let at = from; at < from + 366 * DAY; at += 1777) {
      const { start, end } = localPeriod(at, every)
      const next = localPeriod(end, every)
      if (!(start <= at && at < end && next.start === end && localPeriod(start, every).start === start))
        wrong += 1
    }
    t.equal(wrong, 0, `every ${every} s`)
  }
})
