import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { BackfillQueue } from '../../../src/protocol/replication/backfill-queue.ts'

const never = new AbortController().signal

function bench(concurrent: number, waiting = 8) {
  const clock = new VirtualClock()
  const queue = new BackfillQueue(clock, { concurrent, spacing: 100, waiting })
  const begun: string[] = []
  const leaves: (() => void)[] = []
  const enter = (name: string, noticedAt: number, signal = never): Promise<void> =>
    queue.turn(noticedAt, signal).then(
      (leave) => {
        begun.push(name)
        leaves.push(leave)
      },
      (reason: Error & { code?: string }) => {
        begun.push(`${name}: ${reason.code ?? reason.message}`)
      }
    )
  return { clock, begun, leaves, enter }
}

t.test('the newest gap first, one after the other', async (t) => {
  const { clock, begun, leaves, enter } = bench(1)
  for (const [name, noticed] of Object.entries({ first: 5, old: 1, new: 9, middle: 4 })) enter(name, noticed)
  for (let i = 0; i < 4; i++) {
    await clock.advance(1000)
    leaves.shift()?.()
  }
  t.same(begun, ['first', 'new', 'middle', 'old'])
})

t.test('not more often than it may', async (t) => {
  const { clock, begun, enter } = bench(4)
  for (let i = 0; i < 6; i++) enter(`${i}`, i)
  await clock.advance(250)
  t.equal(begun.length, 3)
  await clock.advance(10_000)
  t.equal(begun.length, 4, 'and not more at a time')
})

t.test('beyond its room the oldest is sent away', async (t) => {
  const { clock, begun, enter } = bench(1, 2)
  for (const [name, noticed] of Object.entries({ first: 0, a: 2, b: 1, c: 3 })) enter(name, noticed)
  await clock.advance(1000)
  t.same(begun, ['first', 'b: backfill-busy'])
})

t.test('whoever gives up leaves the queue', async (t) => {
  const { clock, begun, leaves, enter } = bench(1)
  const controller = new AbortController()
  enter('first', 0)
  enter('given up', 2, controller.signal)
  enter('next', 1)
  controller.abort(new Error('enough'))
  await clock.advance(1000)
  leaves.shift()?.()
  await clock.advance(1000)
  t.same(begun, ['first', 'given up: enough', 'next'])
  enter('late', 3, AbortSignal.abort(new Error('before')))
  await clock.advance(10)
  t.equal(begun.at(-1), 'late: before')
})
