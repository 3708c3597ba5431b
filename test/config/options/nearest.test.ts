import t from 'tap'
import { editDistance, nearest } from '../../../src/config/options/nearest.ts'

t.test('edits are counted, a swap as one', async (t) => {
  for (const [from, to, edits] of [
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['bme281', 'bme280', 1],
    ['sesnors', 'sensors', 1],
    ['ca', 'abc', 3],
    ['kitten', 'sitting', 3]
  ] as const) {
    t.equal(editDistance(from, to), edits, `${from} ${to}`)
    t.equal(editDistance(to, from), edits)
  }
})

t.test('the nearest is proposed only where it is near', async (t) => {
  const words = ['history', 'sensors', 'name', 'log']
  t.equal(nearest('histroy', words), 'history')
  t.equal(nearest('NAME', words), 'name')
  t.equal(nearest('colour', words), undefined)
  t.equal(nearest('x', ['1', '2']), undefined)
  t.equal(nearest('', words), undefined)
  t.equal(nearest('x'.repeat(100_000), ['x'.repeat(100_000)]), 'x'.repeat(100_000), 'long words cost no more')
})
