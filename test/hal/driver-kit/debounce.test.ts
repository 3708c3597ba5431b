import t from 'tap'
import { Debounce } from '../../../src/hal/driver-kit/debounce.ts'
import type { Edge, Level } from '../../../src/hal/gpio.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

function bench(hold = 10, patience = 1000) {
  const clock = new VirtualClock()
  const reported: [number, Level][] = []
  const unstable: number[] = []
  const debounce = new Debounce({
    clock,
    hold,
    timeout: patience,
    onLevel: ({ at, level }) => reported.push([at, level]),
    onUnstable: (since) => unstable.push(since)
  })
  const next = (level: Level, at = clock.monotonic()): void => debounce.next({ level, at })
  return { clock, debounce, reported, unstable, next }
}

t.test('a level counts when it has held, with the time of the first edge', async (t) => {
  const { clock, reported, next } = bench()
  next(0)
  await clock.advance(100)
  t.same(reported, [[0, 0]])
  for (const level of [1, 0, 1, 0, 1] as const) {
    next(level)
    await clock.advance(4)
  }
  t.equal(reported.length, 1, 'it bounces')
  await clock.advance(6)
  t.same(reported.slice(1), [[100, 1]], 'the door moved at 100 ms')
  t.equal(clock.pending, 0)
})

t.test('a short pulse is no change', async (t) => {
  const { clock, reported, next } = bench()
  next(1)
  await clock.advance(50)
  next(0)
  await clock.advance(5)
  next(1)
  await clock.advance(50)
  t.same(reported, [[0, 1]])
})

t.test('after a stall it judges by the times of the edges', async (t) => {
  const { clock, reported, next } = bench()
  next(0)
  await clock.advance(1000)
  for (const [level, at] of [
    [1, 100],
    [0, 103],
    [1, 104],
    [0, 300],
    [1, 306],
    [0, 700],
    [1, 705],
    [0, 707],
    [1, 995]
  ] as const)
    next(level, at)
  await clock.advance(0)
  t.same(reported, [
    [0, 0],
    [100, 1],
    [700, 0]
  ])
  await clock.advance(50)
  t.same(reported.at(-1), [995, 1])
})

t.test('after a stall the edges that wait come before the verdict', async (t) => {
  const { clock, reported, next } = bench()
  next(0)
  await clock.advance(100)
  next(1)
  // Timers that are due run first, then what waits in the kernel is read: as Node's loop does.
  clock.after(10, () => {
    next(0, 103)
    next(1, 104)
    next(0, 105)
  })
  await clock.advance(50)
  t.same(reported, [[0, 0]], 'a spark of 5 ms is no change, however late it is read')
})

t.test('an edge that is read after a later look keeps its time', async (t) => {
  const { clock, reported, next } = bench()
  next(0)
  await clock.advance(100)
  next(1)
  next(1, 97)
  await clock.advance(20)
  t.same(reported.at(-1), [97, 1])
})

t.test('a line that holds no level is unstable once, until it holds one', async (t) => {
  const { clock, reported, unstable, next } = bench(10, 200)
  next(0)
  await clock.advance(100)
  for (let level: Level = 1, i = 0; i < 101; i++, level = level === 1 ? 0 : 1) {
    next(level)
    await clock.advance(5)
  }
  t.same(unstable, [100])
  t.equal(reported.length, 1)
  next(0)
  await clock.advance(20)
  t.same(reported.at(-1), [605, 0], 'reported although it is the level as before, with its own time')
  next(1)
  await clock.advance(20)
  t.same(reported.at(-1), [625, 1])
  t.equal(unstable.length, 1)
})

t.test('without a time every edge passes', async (t) => {
  const { clock, reported, next } = bench(0)
  for (const level of [1, 0, 0, 1] as const) next(level)
  t.same(
    reported.map(([, level]) => level),
    [1, 0, 0, 1]
  )
  t.equal(clock.pending, 0)
})

t.test('waiting for a level has no deadline, and ends at the signal', async (t) => {
  const { clock, debounce, next } = bench()
  const signal = new AbortController().signal
  const first = debounce.settled(signal)
  next(1)
  await clock.run(first)
  t.equal(debounce.level, 1)
  await debounce.settled(signal)
  next(0)
  const controller = new AbortController()
  const left = debounce.settled(controller.signal)
  controller.abort(new Error('enough'))
  await t.rejects(left, { message: 'enough' })
  await t.rejects(debounce.settled(controller.signal), { message: 'enough' })
  await clock.run(debounce.settled(signal))
  t.equal(debounce.level, 0)
})

t.test('an assumed level is not reported; after the end nothing is', async (t) => {
  const { clock, debounce, reported, next } = bench()
  debounce.assume(1)
  next(1)
  await clock.advance(20)
  t.same(reported, [])
  next(0)
  debounce.end()
  await clock.advance(50)
  t.same(reported, [])
  t.equal(clock.pending, 0)
})

t.test('any train of edges ends with the level of the last, and never reports one twice', async (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const { clock, reported, next } = bench(10, Infinity)
    let [random, level, at] = [seed, 0 as Level, 0]
    const edges: Edge[] = []
    for (let i = 0; i < 200; i++) {
      random = (random * 48_271) % 2_147_483_647
      at += random % 3 === 0 ? 30 : random % 9
      level = level === 1 ? 0 : 1
      edges.push({ level, at })
    }
    // Delivered late and in clumps.
    for (const [i, edge] of edges.entries()) {
      if (i % 7 === 0) await clock.advanceTo(clock.now() + Math.max(0, edge.at - clock.monotonic()))
      next(edge.level, edge.at)
    }
    await clock.advance(5000)
    t.equal(reported.at(-1)?.[1], level)
    t.ok(
      reported.every(
        ([at, level], i) => i === 0 || (level !== reported[i - 1]?.[1] && at > (reported[i - 1]?.[0] ?? 0))
      )
    )
  }
})
