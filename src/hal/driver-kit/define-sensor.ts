import { defined } from '../../defined.ts'
import type { OwnQuantity } from '../../reading/quantity.ts'
import type {
  Measure,
  Measurement,
  OpenContext,
  OptionDefinition,
  Options,
  PlainSensorDefinition,
  Sensor
} from '../sensor.ts'

/** An application's own sensor: its type and measures, and how it is read. */
export interface OwnSensor {
  /** The word in the configuration, `[a-z0-9][a-z0-9-]{0,31}`. */
  readonly type: string
  readonly title?: string
  readonly measures: readonly Measure[]
  readonly options?: Readonly<Record<string, OptionDefinition>>
  /** Quantities of its own, that kith does not know. */
  readonly quantities?: readonly OwnQuantity[]
  /** Milliseconds; 100 unless given. */
  readonly minimumInterval?: number
  /** One sample; a plain value where one quantity is measured. What it throws becomes a fault. */
  readonly sample: (
    context: OpenContext,
    options: Options,
    signal: AbortSignal
  ) => SampleResult | Promise<SampleResult>
}

type SampleResult = number | boolean | readonly Measurement[]

/** Makes a device definition of a function, for sensors that need no bus of kith's. */
export function defineSensor(own: OwnSensor): PlainSensorDefinition {
  return {
    type: own.type,
    title: own.title ?? own.type,
    datasheet: { id: 'none', revision: 'none' },
    bus: 'none',
    measures: own.measures,
    options: own.options ?? {},
    ...defined({ quantities: own.quantities }),
    minimumInterval: own.minimumInterval ?? 100,
    open: (options, context) => Promise.resolve(new OwnSensorReader(own, options, context))
  }
}

class OwnSensorReader implements Sensor {
  readonly #own: OwnSensor
  readonly #options: Options
  readonly #context: OpenContext

  constructor(own: OwnSensor, options: Options, context: OpenContext) {
    this.#own = own
    this.#options = options
    this.#context = context
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const result = await this.#own.sample(this.#context, this.#options, signal)
    if (typeof result === 'object') return result
    const [measure] = this.#own.measures
    if (measure === undefined) return []
    const channel = defined({ channel: measure.channel })
    return [{ quantity: measure.quantity, ...channel, value: result }]
  }

  async close(): Promise<void> {}
}
