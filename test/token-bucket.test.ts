import t from 'tap'
import { TokenBucket } from '../src/token-bucket.ts'

t.test('a burst, then what comes back with time, never more than the burst', async (t) => {
  const bucket = new TokenBucket({ perSecond: 2, burst: 3 })
  t.same(
    [1, 2, 3, 4].map(() => bucket.take(0)),
    [true, true, true, false]
  )
  t.equal(bucket.has(499), false)
  t.same([bucket.take(500), bucket.take(500)], [true, false])
  t.equal(bucket.full(1999), false)
  t.equal(bucket.full(60_000), true)
  t.same(
    [1, 2, 3, 4].map(() => bucket.take(60_000)),
    [true, true, true, false]
  )
})

t.test('what was not needed is there again, up to the maximum', async (t) => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 2 })
  t.equal(bucket.take(0), true)
  bucket.give()
  bucket.give()
  t.same([bucket.take(0), bucket.take(0), bucket.take(0)], [true, true, false])
})

t.test('the rate may change from one call to the next', async (t) => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1 })
  t.equal(bucket.take(0), true)
  t.equal(bucket.take(100, 1), false)
  t.equal(bucket.take(200, 10), true)
})
