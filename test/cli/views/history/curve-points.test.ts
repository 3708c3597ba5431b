import t from 'tap'
import { CurvePoints, MAX_PARTS } from '../../../../src/cli/views/history/curve-points.ts'

t.test('few points are kept as they are', async (t) => {
  const curve = new CurvePoints()
  const points = Array.from({ length: MAX_PARTS }, (_, i) => ({ at: i, value: i % 7, joined: i > 0 }))
  for (const point of points) curve.add(point)
  t.strictSame(curve.points(), points)
})

t.test('a week of one a second keeps its extremes, its ends and its outage in bounded memory', async (t) => {
  const curve = new CurvePoints()
  const week = 604_800
  for (let at = 0; at < week; at++) {
    if (at > 300_000 && at < 330_000) continue
    const value = at === 123_456 ? 99 : at === 500_001 ? -99 : Math.sin(at / 10_000)
    curve.add({ at, value, joined: at > 0 && at !== 330_000 })
    if (at % 50_000 === 0) t.ok(curve.size <= MAX_PARTS)
  }
  const points = curve.points()
  t.ok(points.length <= 4 * MAX_PARTS)
  t.equal(points[0]?.at, 0)
  t.equal(points.at(-1)?.at, week - 1)
  t.strictSame(
    [99, -99].map((value) => points.find((point) => point.value === value)?.at),
    [123_456, 500_001]
  )
  t.strictSame(
    points.filter(({ joined }) => !joined).map(({ at }) => at),
    [0, 330_000]
  )
  t.ok(
    points.every(({ at }, i) => at >= (points[i - 1]?.at ?? 0)),
    'in order'
  )
})

t.test('points of one time do not widen for ever', async (t) => {
  const curve = new CurvePoints()
  for (let i = 0; i < 3 * MAX_PARTS; i++) curve.add({ at: 1_795_471_001, value: i, joined: true })
  t.ok(curve.size <= MAX_PARTS)
  t.ok(curve.points().some(({ value }) => value === 3 * MAX_PARTS - 1))
})
