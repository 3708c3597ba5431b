import t from 'tap'
import { ByteBudget } from '../../../src/protocol/circuit/byte-budget.ts'

t.test('a burst at once, then by the rate, in turns', async (t) => {
  const budget = new ByteBudget({ perSecond: 1000, burst: 2000 })
  t.equal(budget.take(1500, 0), 0)
  t.equal(budget.take(500, 0), 0)
  t.equal(budget.take(100, 0), 100)
  t.equal(budget.take(100, 0), 200, 'who comes later waits longer')
  t.equal(budget.take(100, 300), 0)
  t.equal(budget.take(2000, 10_000), 0, 'it is full again, and holds no more')
  t.equal(budget.take(1, 10_000), 1)
})
