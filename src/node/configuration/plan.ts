import type { NodeConfig } from '../../config/schema.ts'
import { type Change, changesOf } from './changes.ts'

/** The options that a running node takes, each with all below it. */
export type LiveOption =
  | 'name'
  | 'purposes'
  | 'sensors'
  | 'switches'
  | 'rules'
  | 'access'
  | 'owner'
  | 'deny'
  | 'accept'
  | 'store'
  | 'watch'
  | 'log.level'
  | 'time.sources'

export interface Plan {
  /** What the node has afterwards. */
  readonly target: NodeConfig
  readonly applied: readonly Change[]
  /** What waits for the next start. */
  readonly pending: readonly Change[]
}

type Sensor = NodeConfig['sensors'][number]

/**
 * What of a new configuration the running node takes, and what waits for its next start.
 * @param live the options that it takes
 * @param canRun whether this run has all that a sensor needs: its driver, its bus, its quantities
 */
export function planOf(
  running: NodeConfig,
  next: NodeConfig,
  live: readonly LiveOption[],
  canRun: (sensor: Sensor) => boolean
): Plan {
  const target = live.reduce((config, option) => withOption(config, next, option, canRun), running)
  return { target, applied: changesOf(running, target), pending: changesOf(target, next) }
}

function withOption(
  config: NodeConfig,
  next: NodeConfig,
  option: LiveOption,
  canRun: (sensor: Sensor) => boolean
): NodeConfig {
  switch (option) {
    case 'log.level':
      return { ...config, log: { ...config.log, level: next.log.level } }
    case 'time.sources':
      return { ...config, time: { ...config.time, sources: next.time.sources } }
    case 'watch':
      // An edit that is cut off may be without it: the whole one that follows is taken all the same.
      return { ...config, watch: config.watch || next.watch }
    case 'sensors':
      return { ...config, sensors: sensorsOf(config.sensors, next.sensors, canRun) }
    default:
      return { ...config, [option]: next[option] }
  }
}

/** A sensor that cannot run before the next start stays as it is, or away; who may read it is decided at once. */
function sensorsOf(
  running: readonly Sensor[],
  next: readonly Sensor[],
  canRun: (sensor: Sensor) => boolean
): Sensor[] {
  return next.flatMap((sensor) => {
    const before = running.find(({ name }) => name === sensor.name)
    if (canRun(sensor)) return [sensor]
    return before === undefined ? [] : [{ ...before, private: before.private || sensor.private }]
  })
}
