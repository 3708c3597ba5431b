import t from 'tap'
import { SeenPositions } from '../../../src/reading/hub/seen-positions.ts'
import { runOf } from '../../support/history.ts'
import { seeded } from '../../support/readings.ts'

t.test('each position is new once, in any order', async (t) => {
  const random = seeded(3)
  const seen = new SeenPositions({ runs: 4, ranges: 1000 })
  const model = new Set<string>()
  for (let i = 0; i < 5000; i++) {
    const position = { ...runOf(Math.floor(random() * 4)), seq: Math.floor(random() * 500) }
    const key = `${position.epoch}.${position.seq}`
    if (seen.add(position) === model.has(key)) return t.fail(key)
    model.add(key)
    if (i % 100 === 0) {
      const from = Math.floor(random() * 500)
      seen.addRange(runOf(1), from, from + 9)
      for (let seq = from; seq < from + 10; seq++) model.add(`1.${seq}`)
    }
  }
  return t.pass()
})

t.test(
  'bounded: the lowest gap closes, the lowest run is removed, and neither is ever new again',
  async (t) => {
    const seen = new SeenPositions({ runs: 2, ranges: 2 })
    const at = (epoch: number, seq: number) => ({ ...runOf(epoch), seq })
    for (const seq of [0, 10, 20]) t.ok(seen.add(at(5, seq)))
    t.notOk(seen.add(at(5, 4)), 'the gap between 0 and 10 is closed')
    t.ok(seen.add(at(5, 15)), 'the one above is not')
    t.ok(seen.add(at(6, 0)))
    t.notOk(seen.add(at(4, 0)), 'a run below those that are kept')
    t.ok(seen.add(at(7, 0)))
    t.notOk(seen.add(at(5, 99)), 'and one that was removed')
    t.ok(seen.add(at(7, 1)))
  }
)

t.test('a second boot at one epoch is a twin, until it is known', async (t) => {
  const seen = new SeenPositions({ runs: 9, ranges: 9 })
  const [one, two] = [runOf(5, '0000000000000001'), runOf(5, '0000000000000002')]
  t.notOk(seen.isTwin(one))
  seen.add({ ...one, seq: 0 })
  t.notOk(seen.isTwin(one))
  t.ok(seen.isTwin(two))
  seen.add({ ...two, seq: 0 })
  t.notOk(seen.isTwin(two))
})

t.test('what follows the newest is taken at once, and nothing else', async (t) => {
  const seen = new SeenPositions({ runs: 2, ranges: 4 })
  const at = (epoch: number, seq: number) => ({ ...runOf(epoch), seq })
  t.notOk(seen.addFollowing(at(5, 0), 9), 'nothing is there that it could follow')
  t.ok(seen.add(at(5, 0)))
  t.ok(seen.addFollowing(at(5, 1), 9))
  for (const seq of [1, 5, 9]) t.notOk(seen.add(at(5, seq)))
  for (const seq of [0, 9, 11]) t.notOk(seen.addFollowing(at(5, seq), 20), `from ${seq} on`)
  t.notOk(seen.addFollowing({ ...at(5, 10), boot: 'f'.repeat(16) }, 20), 'of a twin')
  t.notOk(seen.addFollowing(at(6, 10), 20), 'of another run')
  t.ok(seen.add(at(6, 0)))
  t.notOk(seen.addFollowing(at(5, 10), 20), 'of an older run')
  t.ok(seen.add(at(5, 10)))
})
