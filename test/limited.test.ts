import t from 'tap'
import { isNearlySpent, itemsWithin, timeToSpend } from '../src/limited.ts'

const KIB = 1024

t.test('a connection without limits is never spent', async (t) => {
  for (const limits of [undefined, {}]) {
    t.notOk(isNearlySpent({ limits }))
    t.equal(timeToSpend({ limits }), undefined)
    t.equal(itemsWithin({ limits }, 17 * KIB), Number.POSITIVE_INFINITY)
  }
})

t.test('the last bytes and the last seconds are left alone', async (t) => {
  t.notOk(isNearlySpent({ limits: { bytes: BigInt(24 * KIB), seconds: 15 } }))
  t.ok(isNearlySpent({ limits: { bytes: BigInt(24 * KIB - 1) } }))
  t.ok(isNearlySpent({ limits: { seconds: 14 } }))
  for (const seconds of [120, 15, 3]) {
    const after = (timeToSpend({ limits: { seconds } }) ?? 0) / 1000
    t.ok(isNearlySpent({ limits: { seconds: seconds - after } }), `${seconds} s`)
  }
})

t.test('as many items as fit are asked for, one at least', async (t) => {
  const items = (bytes: number) => itemsWithin({ limits: { bytes: BigInt(bytes) } }, 17 * KIB)
  t.equal(items(128 * KIB), 7)
  t.equal(items(24 * KIB), 1, 'the least that is not spent carries one')
  t.equal(items(0), 1)
})
