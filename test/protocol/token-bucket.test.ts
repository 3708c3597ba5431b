import t from 'tap'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { TokenBuckets } from '../../src/protocol/token-bucket.ts'

const options = { rate: 5, burst: 3, names: 2 }

t.test('a burst, then as many a second as the rate', async (t) => {
  const clock = new VirtualClock()
  const buckets = new TokenBuckets(clock, options)
  t.same(
    [1, 2, 3, 4].map(() => buckets.take('a')),
    [true, true, true, false]
  )
  await clock.advance(199)
  t.equal(buckets.take('a'), false)
  await clock.advance(1)
  t.equal(buckets.take('a'), true)
  t.equal(buckets.take('a'), false)
  await clock.advance(60_000)
  t.same(
    [1, 2, 3, 4].map(() => buckets.take('a')),
    [true, true, true, false],
    'never more than the burst'
  )
})

t.test('names do not share a bucket', async (t) => {
  const buckets = new TokenBuckets(new VirtualClock(), options)
  for (let i = 0; i < 3; i++) buckets.take('a')
  t.equal(buckets.take('a'), false)
  t.equal(buckets.take('b'), true)
})

t.test('a token given back leaves no trace', async (t) => {
  const buckets = new TokenBuckets(new VirtualClock(), options)
  for (let i = 0; i < 1000; i++) {
    buckets.take(`forged ${i}`)
    buckets.giveBack(`forged ${i}`)
  }
  t.equal(buckets.size, 0)
})

t.test('beyond the number of names the one charged longest ago is forgotten', async (t) => {
  const buckets = new TokenBuckets(new VirtualClock(), options)
  for (let i = 0; i < 3; i++) buckets.take('old')
  for (let i = 0; i < 3; i++) buckets.take('new')
  buckets.take('newest')
  t.equal(buckets.size, 2)
  t.equal(buckets.take('new'), false, 'is still known')
  t.equal(buckets.take('old'), true, 'is full again')
})
