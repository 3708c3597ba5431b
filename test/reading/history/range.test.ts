import t from 'tap'
import { rangesOf } from '../../../src/reading/history/range.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { readingsOf, runOf, them } from '../../support/history.ts'

const hall = readingsOf(them.peer, runOf(10), 0, 9)

t.test('ranges end at gaps, runs and series', async (t) => {
  const mixed = [
    ...hall.slice(5),
    ...hall.slice(0, 3),
    ...readingsOf(them.peer, runOf(11), 10, 11),
    ...readingsOf(them.peer, runOf(10), 3, 3, 'attic')
  ]
  t.match(rangesOf(mixed), [
    { series: /hall/, run: runOf(10), from: 0, to: 2 },
    { series: /hall/, run: runOf(10), from: 5, to: 9 },
    { series: /hall/, run: runOf(11), from: 10, to: 11 },
    { series: /attic/, run: runOf(10), from: 3, to: 3 }
  ])
  t.same(rangesOf([]), [])
})

t.test('sums up numbers and faults; times only where all are known', async (t) => {
  const [first, second, third] = hall
  if (first === undefined || second === undefined || third === undefined) return
  const { value: _, fault: __, ...place } = second
  const fault: Reading = { ...place, fault: { code: 'bad-crc', text: 'x' } }
  t.match(rangesOf([first, fault, third]), [
    {
      faults: 1,
      minimum: 20,
      mean: (20 + 20.02) / 2,
      maximum: 20.02,
      started: 1_767_225_600,
      ended: 1_767_225_602
    }
  ])
  t.match(rangesOf([fault]), [{ faults: 1, minimum: null, mean: null, maximum: null }])
  t.match(rangesOf([first, { ...second, time: null }]), [{ started: null, ended: null }])
})
