import t from 'tap'
import { dueTails } from '../../../../src/reading/history/sqlite/due-tails.ts'
import { runOf } from '../../../support/history.ts'

const present = runOf(10)

type Tail = Parameters<typeof dueTails>[0][number]

function tailOf(changes: Partial<Tail> = {}): Tail {
  return {
    series: 'p/hall/temperature',
    run: present,
    count: 10,
    since: 5000,
    ...changes
  }
}

const due = (tails: readonly Tail[], oldest = 1000): (readonly [number, boolean])[] =>
  dueTails(tails, present, oldest).map(({ run, whole }) => [run.epoch, whole])

t.test('a tail is due when it is full, old, or of a run that has ended', async (t) => {
  t.same(due([tailOf()]), [])
  t.same(due([tailOf({ count: 256 })]), [[10, false]], 'full: in full blocks alone')
  t.same(due([tailOf({ since: 1000 })]), [[10, true]])
  t.same(due([tailOf({ run: runOf(9), count: 1 })]), [[9, true]])
  t.same(
    dueTails([tailOf({ run: runOf(9) })], undefined, 1000),
    [],
    'before a run has begun nothing has ended'
  )
})
