process.env['TZ'] = 'UTC'

import t from 'tap'
import { Curve } from '../../../src/cli/watch/curve.ts'
import { WatchState } from '../../../src/cli/watch/watch-state.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { NOW, reading } from '../../support/fakes/views.ts'

const OPTIONS = { width: 60, height: 8, ansi: (text: string) => text }

/** Columns with dots of the curve of readings so many seconds apart, each with its interval. */
async function columnsOf(intervals: readonly number[], seconds: number): Promise<number> {
  const clock = new VirtualClock({ now: NOW * 1000 })
  const live = reading(0, 20, { interval: intervals.at(-1) ?? 0 })
  const watched = new WatchState(clock).add(live)
  const curve = new Curve(watched, clock)
  const rows = intervals.map((interval, i) => ({
    ...reading(0, 20, { interval, time: NOW + (i - intervals.length) * seconds }),
    state: 'value' as const,
    from: 'own' as const
  }))
  await curve.load(
    (async function* () {
      yield* rows
    })(),
    live.interval,
    new AbortController().signal
  )
  return (
    curve
      .lines(watched, OPTIONS)
      .join('')
      .match(/[\u2801-\u28ff]/gu)?.length ?? 0
  )
}

t.test('a line joins readings between which none is missing', async (t) => {
  t.ok((await columnsOf([10, 10, 10], 10)) > 20)
  t.ok((await columnsOf([10, 10, 10], 21)) <= 6, 'a gap of more than two intervals')
  t.ok((await columnsOf([60, 60, 10], 60)) > 20, 'the interval was another one')
  t.ok((await columnsOf([0, 0, 0], 1000)) > 20, 'without an interval')
})
