import { withDeadline } from '../../clock.ts'
import { ownQuantities } from '../../config/quantities.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { defined } from '../../defined.ts'
import { commandHint } from '../../error.ts'
import { volatileState } from '../../hal/device-state.ts'
import type { Measure, Measurement, MissingMeasurement, SensorDefinition } from '../../hal/sensor.ts'
import type { World } from '../../hal/world.ts'
import { type Quantities, quantityOf, quantityTable, showValue } from '../../reading/quantity.ts'
import type { Fault, Outcome } from '../../reading/reading.ts'
import { faultOf, outcomesOf } from '../../reading/sampling/outcome.ts'
import { unusual } from '../../reading/sampling/plausibility.ts'
import type { TestedSensor, TestedValue } from '../api/operations.ts'
import { chooseWorld, type WorldChoice } from '../choose-world.ts'
import { placeOf } from './place.ts'
import { isTogether, openSensor, type SensorConfig } from './running-sensor.ts'

export interface DeviceTestInit {
  readonly config: NodeConfig
  readonly world: WorldChoice
  /** From outside. */
  readonly devices: readonly SensorDefinition[]
  readonly signal: AbortSignal
}

/** Reads every configured sensor once, one after the other, without its filters. The world is opened, and closed again. */
export async function* testDevices(init: DeviceTestInit): AsyncGenerator<TestedSensor> {
  const { config, signal } = init
  const own = await import('../../../devices/index.ts')
  const known = [...own.devices, ...init.devices]
  const quantities = quantityTable(...ownQuantities(config.quantities, known).map(quantityOf))
  const world = await chooseWorld(init.world, config)
  try {
    for (const sensor of config.sensors) {
      const definition = known.find(({ type }) => type === sensor.type)
      if (definition !== undefined)
        yield await testSensor(definition, sensor, {
          world,
          quantities,
          deadline: config.limits.sampling.deadline,
          signal
        })
    }
  } finally {
    await world.close()
  }
}

interface SensorTest {
  readonly world: World
  readonly quantities: Quantities
  /** Milliseconds. */
  readonly deadline: number
  readonly signal: AbortSignal
}

async function testSensor(
  definition: SensorDefinition,
  config: SensorConfig,
  { world, quantities, deadline, signal }: SensorTest
): Promise<TestedSensor> {
  const { name, type, options } = config
  const measures =
    typeof definition.measures === 'function' ? definition.measures(options) : definition.measures
  const started = world.clock.monotonic()
  const named = { name, type, place: placeOf(config, definition) ?? type }
  const took = (): number => Math.round(world.clock.monotonic() - started)
  try {
    const read = (signal: AbortSignal) => sampleOnce(definition, config, world, signal)
    const measured = await withDeadline(world.clock, deadline, `sampling ${name}`, read, signal)
    const together = isTogether(definition)
    const outcomes = outcomesOf(measures, measured, { name, together, quantities })
    const values = measures.flatMap((measure, i) => testedValue(measure, outcomes[i], quantities))
    return { ...named, took: took(), values }
  } catch (error) {
    signal.throwIfAborted()
    const fault = faultOf(error)
    const values = measures.map((measure) => faulty(measure, fault))
    const hint = commandHint(error)
    return { ...named, took: took(), values, ...defined({ hint }) }
  }
}

/** Totals are counted from 0: what the node keeps is not touched. */
async function sampleOnce(
  definition: SensorDefinition,
  config: SensorConfig,
  world: World,
  signal: AbortSignal
): Promise<readonly (Measurement | MissingMeasurement)[]> {
  const { clock } = world
  const sensor = await openSensor(definition, config, world, {
    clock,
    name: config.name,
    signal,
    state: volatileState()
  })
  try {
    return await sensor.sample(signal)
  } finally {
    await sensor.close()
  }
}

function testedValue(
  measure: Measure,
  outcome: Outcome | undefined,
  quantities: Quantities
): TestedValue | [] {
  if (outcome === undefined) return []
  if (outcome.fault !== undefined) return faulty(measure, outcome.fault)
  const { value } = outcome
  const quantity = quantities.get(measure.quantity)
  const why = unusual(measure, value)
  return {
    series: seriesOf(measure),
    state: why === undefined ? 'plausible' : 'unusual',
    value,
    shown: quantity === undefined ? String(value) : showValue(quantity, value),
    ...defined({ why })
  }
}

function faulty(measure: Measure, { code, text }: Fault): TestedValue {
  return { series: seriesOf(measure), state: 'fault', why: text, code }
}

/** `temperature`, `voltage.a0` */
export function seriesOf({ quantity, channel }: Measure): string {
  return channel === undefined ? quantity : `${quantity}.${channel}`
}
