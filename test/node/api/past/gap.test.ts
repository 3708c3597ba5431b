import t from 'tap'
import { isGap } from '../../../../src/node/api/past/gap.ts'

t.test('a gap is longer than two intervals, of the longer one', async (t) => {
  const rows: readonly (readonly [seconds: number, before: number, after: number, isGap: boolean])[] = [
    [20, 10, 10, false],
    [20.1, 10, 10, true],
    [100, 10, 60, false],
    [100, 60, 10, false],
    [121, 60, 10, true],
    // Several of a second share a pack.
    [2, 0.1, 0.1, false],
    [1e6, 0, 0, false],
    [1e6, 0, 10, false],
    [1e6, 10, 0, false]
  ]
  for (const [seconds, before, after, expected] of rows)
    t.equal(
      isGap({ time: 1000, interval: before }, { time: 1000 + seconds, interval: after }),
      expected,
      `${seconds} s, ${before} s before and ${after} s after`
    )
})
