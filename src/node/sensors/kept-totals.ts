import { defined } from '../../defined.ts'
import type { Measure } from '../../hal/sensor.ts'
import type { History } from '../../reading/history/history.ts'
import type { Run } from '../../reading/run.ts'
import { formatSeries } from '../../reading/series.ts'
import type { SensorConfig } from './running-sensor.ts'

/** Readings of a run that are looked at: a total only grows, so its newest values are the largest. */
const NEWEST = 64
/** Runs that are looked at: a crash may leave several with faults alone. */
const MAX_RUNS = 16

/**
 * The largest value that history has of a device's totals, by their names in its state. After a crash it may be
 * newer than the state. Readings that passed a filter are no totals.
 */
export function keptTotals(
  history: Pick<History, 'held' | 'readings' | 'finishSalvage'>,
  peer: string,
  { name: device, filters }: Pick<SensorConfig, 'name' | 'filters'>,
  measures: readonly Measure[]
): (name: string) => number | undefined {
  return (name) => {
    const measure = measures.find((each) => each.total === true && stateName(each) === name)
    if (measure === undefined || filters.length > 0) return undefined
    const { quantity, channel } = measure
    history.finishSalvage()
    return largest(history, formatSeries({ peer, device, quantity, ...defined({ channel }) }))
  }
}

/** `count`, or `count.a` where there are several. */
function stateName({ quantity, channel }: Measure): string {
  return channel === undefined ? quantity : `${quantity}.${channel}`
}

function largest(history: Pick<History, 'held' | 'readings'>, series: string): number | undefined {
  for (const { run, ranges } of history.held(series).toReversed().slice(0, MAX_RUNS)) {
    const values = valuesOf(history, series, run, ranges.at(-1)?.[1] ?? 0)
    if (values.length > 0) return Math.max(...values)
  }
  return undefined
}

/** Values of the newest readings of a run. @param to the run's last seq */
function valuesOf(history: Pick<History, 'readings'>, series: string, run: Run, to: number): number[] {
  const after = { ...run, seq: Math.max(-1, to - NEWEST) }
  const readings = history.readings({ series, untimed: true, limit: NEWEST, after })
  return readings.flatMap(({ value }) => (typeof value === 'number' ? [value] : []))
}
