import t from 'tap'
import { UnvalidatedBudget } from '../../../../src/protocol/datagram/path/unvalidated-budget.ts'

t.test('3,600 bytes in any 10 s to a host', (t) => {
  const budget = new UnvalidatedBudget(10)
  for (const now of [0, 200, 600]) t.equal(budget.spend('h', 1200, now), true)
  t.equal(budget.spend('h', 1200, 700), false)
  t.equal(budget.spend('other', 1200, 700), true, 'each host for itself')
  t.equal(budget.spend('h', 1200, 9999), false)
  t.equal(budget.spend('h', 1200, 10_000), true, 'the first is 10 s ago')
  t.equal(budget.spend('h', 1200, 10_100), false, 'the second is not')
  t.end()
})

t.test('a host that has proven itself is free', (t) => {
  const budget = new UnvalidatedBudget(10)
  budget.validated('h', 0)
  for (let i = 0; i < 100; i++) t.equal(budget.spend('h', 1200, i), true)
  t.equal(budget.spend('h', 1200, 600_001), true)
  for (let i = 0; i < 2; i++) budget.spend('h', 1200, 600_001)
  t.equal(budget.spend('h', 1200, 600_002), false, 'for ten minutes')
  t.end()
})

t.test('hosts are bounded, and recent ones are not removed', (t) => {
  const budget = new UnvalidatedBudget(2)
  budget.spend('a', 3600, 0)
  budget.spend('b', 3600, 1000)
  t.equal(budget.spend('c', 1, 2000), false, 'full')
  t.equal(budget.spend('a', 1, 2000), false, 'still counted')
  t.equal(budget.spend('c', 1, 12_000), true, 'the idle give way')
  t.equal(budget.size, 2)
  t.end()
})
