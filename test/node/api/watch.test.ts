import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { LatestViews } from '../../../src/node/api/latest-views.ts'
import type { SeriesView } from '../../../src/node/api/operations.ts'
import { type WatchInit, watch } from '../../../src/node/api/watch.ts'
import type { PeerResolver } from '../../../src/node/peers/resolver.ts'
import { reading, series } from '../../support/fakes/views.ts'

interface Bench {
  readonly init: WatchInit
  readonly clock: VirtualClock
  /** What the hub holds. */
  held: SeriesView[]
  /** What was taken up and not given back. */
  taken(): number
}

function bench(subscribe?: () => never): Bench {
  const clock = new VirtualClock()
  let taken = 0
  const take = (): (() => void) => {
    taken += 1
    return () => {
      taken -= 1
    }
  }
  const made: Bench = {
    clock,
    held: [],
    taken: () => taken,
    init: {
      clock,
      resolver: { select: () => ({ targets: undefined, matches: () => true }) } as unknown as PeerResolver,
      onConnectSync: { want: take },
      listen: take,
      views: { views: () => made.held } as unknown as LatestViews,
      news: { subscribe: subscribe ?? take }
    }
  }
  return made
}

/** What a watcher receives, in its order. */
function watched(made: Bench, signal: AbortSignal): { values: unknown[]; end: Promise<void> } {
  const values: unknown[] = []
  const watching = async (): Promise<void> => {
    for await (const view of watch(made.init, { who: [] }, signal)) values.push(view.value)
  }
  return { values, end: watching() }
}

t.test('each change once; all is given back at the end', async (t) => {
  const made = bench()
  const ended = new AbortController()
  made.held = [reading(1, 20)]
  const { values, end } = watched(made, ended.signal)
  await made.clock.advance(3000)
  made.held = [reading(2, 21), series({ peer: 'another', value: 5 })]
  await made.clock.advance(3000)
  t.same(values, [20, 21, 5])
  t.equal(made.taken(), 3)
  ended.abort()
  await end
  t.equal(made.taken(), 0)
  t.equal(made.clock.pending, 0)
})

t.test('a watcher that cannot subscribe leaves nothing behind', async (t) => {
  const made = bench(() => {
    throw new Error('too many follow')
  })
  await t.rejects(watched(made, new AbortController().signal).end, /too many follow/)
  t.equal(made.taken(), 0)
  t.equal(made.clock.pending, 0)
})

t.test('a series that the hub removed is removed, and shown when it comes again', async (t) => {
  const made = bench()
  const ended = new AbortController()
  const { values, end } = watched(made, ended.signal)
  for (const held of [[reading(1, 20)], [], [reading(1, 20)]]) {
    made.held = held
    await made.clock.advance(1000)
  }
  t.same(values, [20, 20])
  ended.abort()
  await end
})
