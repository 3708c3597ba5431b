import { join } from 'node:path'
import t from 'tap'
import { pulse } from '../../../devices/pulse/index.ts'
import type { Measure } from '../../../src/hal/sensor.ts'
import { keptTotals } from '../../../src/node/sensors/kept-totals.ts'
import { setAside } from '../../../src/reading/history/store/database-file.ts'
import type { Outcome, Reading } from '../../../src/reading/reading.ts'
import { formatSeries } from '../../../src/reading/series.ts'
import { historyBench, runOf, untilSalvaged, us } from '../../support/history.ts'

const measures = typeof pulse.measures === 'function' ? [] : pulse.measures
const fault: Outcome = { fault: { code: 'lost-edges', text: 'lost 2 edges' } }

/** A history with one run after the other of a rain gauge. */
function bench(runs: readonly (readonly (number | Outcome)[])[], path = ':memory:') {
  const { history, clock } = historyBench({ path, topicOf: () => '/sensor/count/v1' })
  const series = formatSeries({ peer: us.peer, device: 'rain', quantity: 'count' })
  for (const [epoch, outcomes] of runs.entries()) {
    const run = runOf(epoch + 1)
    history.beginRun(run, { mono: 0, unix: 1_767_225_600, quality: 0 })
    history.appendOwn(
      outcomes.map((outcome, seq): Reading => {
        const value = typeof outcome === 'number' ? { value: outcome } : outcome
        return {
          ...value,
          series,
          position: { ...run, seq },
          time: 1_767_225_600 + seq,
          quality: 0,
          unit: 'count',
          interval: 1
        }
      })
    )
  }
  const total = (filters: never[] = [], of: readonly Measure[] = measures) =>
    keptTotals(history, us.peer, { name: 'rain', filters }, of)
  return Object.assign(total, {
    close: () => history.close(),
    salvaged: () => untilSalvaged({ history, clock })
  })
}

t.test('the newest total of the newest run that has one', async (t) => {
  t.equal(bench([])()('count'), undefined, 'nothing was measured yet')
  t.equal(bench([[1, 2, 3]])()('count'), 3)
  t.equal(
    bench([
      [1, 2, 3],
      [4, 9, fault]
    ])()('count'),
    9
  )
  t.equal(bench([[1, 2, 3], [fault], [fault, fault]])()('count'), 3, 'runs with faults alone are passed over')
  t.equal(bench([Array.from({ length: 500 }, (_, n) => n)])()('count'), 499)
  t.equal(bench([[70], Array.from({ length: 500 }, (_, n) => 100 + n)])()('count'), 599)
})

t.test('also where the newest is in a damaged file that is not salvaged yet', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  bench([[1, 2, 3]], path).close()
  setAside(path, 7)
  const total = bench([], path)
  t.equal(total()('count'), 3)
  await total.salvaged()
  total.close()
})

t.test('only of measures that are totals', async (t) => {
  const total = bench([[1, 2, 3]])
  t.equal(total()('rate'), undefined)
  t.equal(total([], [{ quantity: 'count' }])('count'), undefined)
  t.equal(total([], [{ quantity: 'count', channel: 'a', total: true }])('count'), undefined)
})
