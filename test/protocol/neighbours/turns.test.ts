import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { Turns } from '../../../src/protocol/neighbours/turns.ts'

const period = 30_000

t.test('all get a turn, so many in a period; who is of use has one in each', async (t) => {
  const clock = new VirtualClock()
  const turns = new Turns({ clock, max: 4, period })
  const peers = Array.from({ length: 10 }, (_, i) => `${i}`)
  t.strictSame(turns.next(peers), ['0', '1', '2', '3'])
  t.strictSame(turns.next(peers), [], 'the period is used up')
  turns.wasUseful('2')
  await clock.advance(period)
  t.strictSame(turns.next(peers), ['2', '4', '5', '6'])
  turns.wasUseful('2')
  await clock.advance(period)
  t.strictSame(turns.next(peers), ['2', '7', '8', '9'])
  await clock.advance(period)
  t.strictSame(turns.next(peers), ['0', '1', '3', '4'], 'who is of no use any more waits like all others')
})

t.test('one turn of each period is for somebody else', async (t) => {
  const clock = new VirtualClock()
  const turns = new Turns({ clock, max: 4, period })
  const peers = ['a', 'b', 'c', 'd', 'e']
  for (const peer of turns.next(peers)) turns.wasUseful(peer)
  await clock.advance(period)
  t.strictSame(turns.next(peers), ['a', 'b', 'c', 'e'])
})

t.test('who comes within a period has a turn while there are some', async (t) => {
  const clock = new VirtualClock()
  const turns = new Turns({ clock, max: 4, period })
  t.strictSame(turns.next(['a']), ['a'])
  await clock.advance(1000)
  t.strictSame(turns.next(['a', 'b']), ['b'])
})
