import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { unusual } from '../../reading/sampling/plausibility.ts'
import type { SensorView, SeriesView, TestedSensor, TestedValue } from '../api/operations.ts'
import type { RunningSensor } from './running-sensor.ts'
import { seriesOf } from './test-devices.ts'

export interface RunningTestInit {
  readonly sensors: readonly Pick<RunningSensor, 'config' | 'measures'>[]
  /** The latest readings of each sensor. */
  readonly views: () => readonly SensorView[]
  readonly clock: Clock
}

/** Milliseconds to wait for first readings, and between looks. */
const FIRST_MS = 5000
const LOOK_MS = 200

/** Each sensor by its latest readings, once every sensor has some or `timeout` is over. Nothing is read for it. */
export async function testRunning(
  { sensors, views, clock }: RunningTestInit,
  timeout = FIRST_MS,
  signal: AbortSignal
): Promise<TestedSensor[]> {
  const end = clock.monotonic() + timeout
  while (views().some(({ state }) => state === 'waiting') && clock.monotonic() < end)
    await clock.sleep(LOOK_MS, signal)
  return views().map((view) => {
    const measures = sensors.find(({ config }) => config.name === view.name)?.measures ?? []
    const ages = view.series.map(({ age }) => age)
    return {
      name: view.name,
      type: view.type,
      place: view.place,
      took: 0,
      ...defined({ age: ages.length === 0 ? undefined : Math.min(...ages) }),
      values: measures.flatMap((measure) => {
        const series = seriesOf(measure)
        const latest = view.series.find((one) => seriesOf(one) === series)
        if (latest !== undefined) return [tested(latest, measure)]
        const why = 'no reading yet'
        return view.state === 'waiting' ? [{ series, state: 'fault', why, code: 'no-reading' }] : []
      })
    }
  })
}

function tested(view: SeriesView, measure: RunningSensor['measures'][number]): TestedValue {
  const series = seriesOf(view)
  if (view.state === 'fault')
    return { series, state: 'fault', ...defined({ why: view.fault?.text, code: view.fault?.code }) }
  if (view.state === 'stale')
    return { series, state: 'fault', why: `no reading for ${Math.round(view.age)} s`, code: 'stale' }
  const { value, shown } = view
  const why = value === undefined ? undefined : unusual(measure, value)
  return { series, state: why === undefined ? 'plausible' : 'unusual', ...defined({ value, shown, why }) }
}
