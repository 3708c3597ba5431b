import type { PlainSensorDefinition, SensorDefinition } from '../../../src/hal/sensor.ts'

/** A sensor of which the test decides the values: 0, 1, 2 … unless it is set, or why it fails. */
export class Gauge {
  /** What the next sample returns. */
  next = 0
  /** Why there is no value, while it is set. */
  failure: Error | undefined
  /** Whether each sample counts one up. */
  counts = true
  samples = 0
  opened = 0
  closed = 0

  sample(): number {
    this.samples += 1
    if (this.failure !== undefined) throw this.failure
    const value = this.next
    if (this.counts) this.next += 1
    return value
  }
}

/** The device `gauge`, whose sensors are found by their names in the configuration. */
export function gaugeDevice(gaugeOf: (name: string) => Gauge): SensorDefinition {
  const definition: PlainSensorDefinition = {
    type: 'gauge',
    title: 'A temperature as the test wants it',
    datasheet: { id: 'none', revision: '1' },
    bus: 'none',
    measures: [{ quantity: 'temperature' }],
    options: {},
    minimumInterval: 50,
    open: async (_options, { name }) => {
      gaugeOf(name).opened += 1
      return {
        sample: async () => [{ quantity: 'temperature', value: gaugeOf(name).sample() }],
        close: async () => {
          gaugeOf(name).closed += 1
        }
      }
    }
  }
  return definition
}
