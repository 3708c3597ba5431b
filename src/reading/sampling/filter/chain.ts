import type { Sample } from '../../reading.ts'
import { calibrateLinear, clamp, offset } from './correct.ts'
import { delta, heartbeat, throttle } from './gate.ts'
import { exponentialMovingAverage, median, movingAverage } from './smooth.ts'
import type { Filter, FilterConfig, Passing, Stage } from './stage.ts'

/**
 * A filter with a number in a quantity's unit applies to one quantity: the one it names, else the first that the
 * sensor measures. The others apply to every quantity, or to the one they name.
 */
const IN_UNITS = ['offset', 'calibrate_linear', 'clamp', 'delta'] as const

/** Milliseconds: a chain with `delta` lets a sample pass at least this often. */
const ALIVE = 600_000

/**
 * The filters of one sensor, in the configured order; each series has windows of its own. A fault passes
 * at once and empties the windows; a truth value (a contact) passes as it is.
 * @param main the first quantity that the sensor measures
 */
export function createFilter(configs: readonly FilterConfig[], main: string): Filter {
  const chains = new Map<string, Stage[]>()
  return {
    next(sample) {
      const key = `${sample.quantity}.${sample.channel ?? ''}`
      const stages = chains.get(key) ?? stagesOf(configs, sample.quantity, main)
      chains.set(key, stages)
      return run(stages, sample)
    }
  }
}

function run(stages: readonly Stage[], sample: Sample): Sample | undefined {
  if (sample.fault !== undefined || typeof sample.value !== 'number') {
    for (const stage of stages) stage.reset?.()
    return sample
  }
  let passing: Passing = { value: sample.value, at: sample.at, interval: sample.interval, held: false }
  for (const stage of stages) passing = stage.next(passing)
  if (passing.held) return undefined
  for (const stage of stages) stage.left?.(passing)
  return { ...sample, value: passing.value, interval: passing.interval }
}

function stagesOf(configs: readonly FilterConfig[], quantity: string, main: string): Stage[] {
  const applied = configs.filter((config) => {
    const inUnits = IN_UNITS.some((key) => key in config)
    return (config.of ?? (inUnits ? main : quantity)) === quantity
  })
  const silent =
    applied.some((config) => 'delta' in config) && !applied.some((config) => 'heartbeat' in config)
  return [...applied.map(stageOf), ...(silent ? [heartbeat(ALIVE)] : [])]
}

function stageOf(config: FilterConfig): Stage {
  if ('offset' in config) return offset(config.offset)
  if ('calibrate_linear' in config) return calibrateLinear(config.calibrate_linear)
  if ('clamp' in config) return clamp(config.clamp)
  if ('delta' in config) return delta(config.delta)
  if ('median' in config) return median(config.median)
  if ('moving_average' in config) return movingAverage(config.moving_average)
  if ('exponential_moving_average' in config)
    return exponentialMovingAverage(config.exponential_moving_average)
  if ('throttle' in config) return throttle(config.throttle)
  return heartbeat(config.heartbeat)
}
