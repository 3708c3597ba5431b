import t from 'tap'
import { DayClock } from '../../../src/node/rules/day-clock.ts'
import { nextOccurrence } from '../../../src/node/rules/time-of-day.ts'

// Put forward on 2027-03-28 at 02:00 UTC+1, put back on 2027-10-31 at 03:00 UTC+2.
process.env['TZ'] = 'Europe/Berlin'

const at = (text: string): number => Date.parse(text)
const next = (time: string, after: string, days?: Parameters<typeof nextOccurrence>[0]['days']): string => {
  const found = nextOccurrence(days === undefined ? { time } : { time, days }, at(after))
  return `${new Date(found?.at ?? 0).toISOString()}${found?.note === undefined ? '' : ` ${found.note}`}`
}

t.test('the next time, strictly after the moment', async (t) => {
  t.equal(next('06:30', '2027-01-10T05:29:59Z'), '2027-01-10T05:30:00.000Z')
  t.equal(next('06:30', '2027-01-10T05:30:00Z'), '2027-01-11T05:30:00.000Z')
  t.equal(next('00:00', '2027-01-10T22:59:00Z'), '2027-01-10T23:00:00.000Z')
})

t.test('days of the week are those of the local zone', async (t) => {
  // 2027-01-10 is a Sunday.
  t.equal(next('06:30', '2027-01-10T00:00:00Z', ['mon']), '2027-01-11T05:30:00.000Z')
  t.equal(next('00:30', '2027-01-10T22:00:00Z', ['mon']), '2027-01-10T23:30:00.000Z')
  t.equal(next('06:30', '2027-01-10T05:30:00Z', ['sun']), '2027-01-17T05:30:00.000Z')
})

t.test('a day on which the clock is put forward', async (t) => {
  t.equal(
    next('02:30', '2027-03-27T12:00:00Z'),
    '2027-03-28T01:30:00.000Z 02:30 does not exist on that day: the clock is put forward'
  )
  t.equal(next('02:30', '2027-03-28T01:30:00Z'), '2027-03-29T00:30:00.000Z')
  t.equal(next('06:30', '2027-03-27T12:00:00Z'), '2027-03-28T04:30:00.000Z', 'later that day as ever')
})

t.test('a day on which the clock is put back', async (t) => {
  t.equal(
    next('02:30', '2027-10-30T12:00:00Z'),
    '2027-10-31T00:30:00.000Z 02:30 comes twice on that day: the first counts'
  )
  t.equal(next('02:30', '2027-10-31T00:30:00Z'), '2027-11-01T01:30:00.000Z', 'once')
})

t.test('a clock that is unknown, corrected, put back', async (t) => {
  const clock = new DayClock({ time: '06:30' })
  const look = (text: string | undefined): string => {
    const found = clock.look(text === undefined ? undefined : at(text))
    return found === undefined ? '' : found.missed ? 'missed' : 'came'
  }
  t.equal(look(undefined), '')
  t.equal(clock.next, undefined)
  t.equal(look('2027-01-10T05:00:00Z'), '')
  t.equal(look('2027-01-10T05:30:01Z'), 'came')
  t.equal(look('2027-01-10T05:30:02Z'), '', 'once')
  t.equal(look('2027-01-10T05:00:00Z'), '', 'put back by half an hour')
  t.equal(look('2027-01-10T05:30:01Z'), '', 'it does not come again')
  t.equal(look('2027-01-11T05:35:00Z'), 'missed', 'a jump over it by minutes')
  t.equal(look('2030-01-01T00:00:00Z'), 'missed', 'a clock that was three years behind')
  t.equal(look('2027-01-12T05:00:00Z'), '', 'and is put back')
  t.equal(look('2027-01-12T05:30:00Z'), 'came')
  t.equal(look(undefined), '')
  t.equal(look('2027-01-13T05:29:59Z'), '')
  t.equal(look(undefined), '')
  t.equal(clock.next, undefined)
  t.equal(look('2027-01-13T05:30:40Z'), 'came', 'unknown for a moment')
  t.equal(look(undefined), '')
  t.equal(look('2027-02-01T07:00:00Z'), 'missed', 'unknown for long')
})
