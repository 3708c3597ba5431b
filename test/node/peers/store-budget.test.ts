import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { StoreBudget } from '../../../src/node/peers/store-budget.ts'
import { keptLog } from '../../support/history.ts'

function bench() {
  const clock = new VirtualClock()
  const log = keptLog()
  const isClaimed = (author: string): boolean => author.startsWith('stranger')
  return { clock, log, budget: new StoreBudget({ clock, log, bytesPerHour: 1024, isClaimed }) }
}

t.test('an author has so many bytes an hour, which come back', async (t) => {
  const { clock, log, budget } = bench()
  t.ok(budget.take('hall', 1000))
  t.notOk(budget.take('hall', 100))
  t.ok(budget.take('hall', 24), 'what fits is taken')
  t.notOk(budget.hasRoom('hall'))
  t.ok(budget.take('attic', 1024), 'each has its own')
  await clock.advance(1_800_000)
  t.ok(budget.hasRoom('hall'))
  t.ok(budget.take('hall', 512))
  t.notOk(budget.take('hall', 1))
  t.match(log.lines, [{ level: 'warn', message: 'hall: more than 1KiB an hour; the rest is not stored' }])
})

t.test('those that are stored for a claim are one author', async (t) => {
  const { log, budget } = bench()
  for (let i = 0; i < 100; i++) budget.take(`stranger-${i}`, 100)
  t.notOk(budget.take('stranger-new', 100))
  t.notOk(budget.hasRoom('stranger-new'))
  t.ok(budget.take('hall', 1024))
  t.equal(log.lines.length, 1, 'said once')
})

t.test('it is said again after a quiet time', async (t) => {
  const { clock, log, budget } = bench()
  for (let hour = 0; hour < 2; hour++) {
    budget.take('hall', 1024)
    budget.take('hall', 1024)
    await clock.advance(3_600_000)
  }
  t.equal(log.lines.length, 2)
})
