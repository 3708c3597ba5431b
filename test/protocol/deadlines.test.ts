import t from 'tap'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { Deadlines } from '../../src/protocol/deadlines.ts'

interface Wait {
  readonly name: string
  due: number
}

function deadlines() {
  const clock = new VirtualClock()
  const late: string[] = []
  const after = clock.after.bind(clock)
  const made = { timers: 0 }
  clock.after = (ms, fire) => {
    made.timers++
    return after(ms, fire)
  }
  const began = clock.monotonic()
  const all = new Deadlines<Wait>(clock, (wait) => {
    late.push(`${wait.name} ${clock.monotonic() - began}`)
    all.remove(wait)
  })
  const add = (name: string, ms: number): Wait => {
    const wait = { name, due: clock.monotonic() + ms }
    all.add(wait, clock.monotonic())
    return wait
  }
  return { clock, all, add, late, made }
}

t.test('each is late at its time, in whatever order they were added', async (t) => {
  const { clock, add, late, all } = deadlines()
  add('b', 200)
  add('a', 100)
  add('c', 300)
  add('d', 300)
  await clock.advance(1000)
  t.same(late, ['a 100', 'b 200', 'c 300', 'd 300'])
  t.equal(all.size, 0)
  t.equal(clock.pending, 0)
})

t.test('waits that end set one timer, which ends when nothing waits', async (t) => {
  const { clock, add, all, late, made } = deadlines()
  for (let i = 0; i < 100; i++) {
    all.remove(add(`${i}`, 100))
    await clock.advance(0.5)
  }
  t.equal(made.timers, 1)
  await clock.advance(200)
  t.equal(clock.pending, 0)
  add('one', 10)
  t.equal(made.timers, 2)
  await clock.advance(10)
  t.same(late, ['one 260'])
})

t.test('a wait is put off by its time; what one that is late ends is not late', async (t) => {
  const clock = new VirtualClock()
  const late: string[] = []
  const all = new Deadlines<Wait>(clock, (wait, now) => {
    late.push(wait.name)
    if (wait.name === 'twice' && late.length === 1) wait.due = now + 50
    else for (const one of [...all]) all.remove(one)
  })
  const start = clock.monotonic()
  all.add({ name: 'twice', due: start + 10 }, start)
  await clock.advance(59)
  t.same(late, ['twice'])
  all.add({ name: 'other', due: start + 60 }, clock.monotonic())
  await clock.advance(1)
  t.same(late, ['twice', 'twice'])
  await clock.advance(1000)
  t.same(late, ['twice', 'twice'])
  t.equal(clock.pending, 0)
})

t.test('a rest ends the timer only where nothing waits', async (t) => {
  const { clock, add, all } = deadlines()
  const wait = add('a', 100)
  all.rest()
  t.equal(clock.pending, 1)
  all.remove(wait)
  all.remove(wait)
  all.rest()
  t.equal(clock.pending, 0)
})
