import t from 'tap'
import { isStale, staleAfter } from '../../src/reading/staleness.ts'

for (const [interval, seconds] of [
  [10, 20],
  [1, 2],
  [0.1, 2],
  [3600, 7200]
] as const) {
  t.test(`every ${interval} s: stale after ${seconds} s`, async (t) => {
    t.equal(staleAfter(interval), seconds)
    t.notOk(isStale(seconds, interval))
    t.ok(isStale(seconds + 0.001, interval))
  })
}
