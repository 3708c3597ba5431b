import t from 'tap'
import { byNumber } from '../../../src/hal/kernel/by-number.ts'

t.test('words first, then numbers as numbers', async (t) => {
  const ordered = [
    '2',
    '10',
    'fan1',
    'hwmon',
    'hwmon0',
    'hwmon2',
    'hwmon10',
    'in0_a',
    'in0_b',
    'temp1',
    'temp11'
  ]
  t.strictSame(ordered.toReversed().sort(byNumber), ordered)
  for (const one of ordered) t.equal(byNumber(one, one), 0)
})

t.test('it is an order: the other way round it is the opposite', async (t) => {
  const names = ['', 'a', 'a1', 'a01', 'a1b', 'b', '1', '1a', 'a1b2', 'a1b10']
  for (const a of names)
    for (const b of names) t.ok(Math.sign(byNumber(a, b)) === -Math.sign(byNumber(b, a)), `${a} ${b}`)
})
