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

t.test('where it does not divide the hour that occurs twice, it goes on by elapsed time', async (t) => {
  t.equal(period('2026-10-25T00:30:00Z', 420), '10-25T00:27:00 10-25T00:34:00')
  t.equal(period('2026-10-25T01:30:00Z', 420), '10-25T01:30:00 10-25T01:37:00')
  t.equal(period('2026-10-25T22:59:00Z', 420), '10-25T22:58:00 10-25T23:00:00', 'the day ends the last one')
  t.equal(period('2026-10-25T01:10:00Z', 2.5 * HOUR), '10-25T00:30:00 10-25T04:00:00')
})

/** Instants throughout 2026, and one a minute around each change of the clocks. */
function instants(): number[] {
  const from = Date.UTC(2026, 0, 1) / 1000
  const times: number[] = []
  const offset = (at: number): number => new Date(at * 1000).getTimezoneOffset()
  for (let at = from; at < from + 366 * DAY; at += 6 * HOUR) {
    times.push(at + 1777)
    if (offset(at) !== offset(at + 6 * HOUR))
      for (let near = at - DAY; near < at + DAY; near += 61) times.push(near)
  }
  return times
}

// Changes by an hour and by half of one, at 2 o'clock and at midnight; offsets of whole hours and of 45 minutes.
for (const zone of [
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'America/Havana',
  'Asia/Beirut',
  'America/St_Johns',
  'Asia/Kathmandu'
])
  t.test(`every instant of a year lies in its period, and periods follow each other: ${zone}`, async (t) => {
    process.env['TZ'] = zone
    t.teardown(() => {
      process.env['TZ'] = 'Europe/Berlin'
    })
    const times = instants()
    const lengths = [1, 420, 700, 2700, 3601, 5400, 9000]
    for (const every of [...lengths, 60, 900, HOUR, 2 * HOUR, 5 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY]) {
      const wrong = times.filter((at) => {
        const { start, end } = localPeriod(at, every)
        const next = localPeriod(end, every)
        return !(start <= at && at < end && next.start === end && localPeriod(start, every).start === start)
      })
      t.same(wrong, [], `every ${every} s`)
    }
  })
