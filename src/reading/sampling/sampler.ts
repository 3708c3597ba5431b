import { type Cancel, type Clock, every, withDeadline } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Measure, Measurement, MissingMeasurement, Sensor } from '../../hal/sensor.ts'
import type { Log } from '../../log.ts'
import type { Quantities } from '../quantity.ts'
import type { Fault, Outcome, Sample } from '../reading.ts'
import { type Change, SamplerChanges } from './changes.ts'
import type { SamplingLimits } from './limits.ts'
import { faultOf, outcomesOf } from './outcome.ts'

export interface SamplerInit extends SamplingLimits {
  /** The sensor's name in the configuration: the device of its series. */
  readonly name: string
  /** Milliseconds between samples. */
  readonly interval: number
  /** Milliseconds until the first: jittered, so that the sensors of a house do not all ask at once. */
  readonly phase: number
  readonly measures: readonly Measure[]
  /** Whether the values of a sample come in one transfer (SensorDefinition.together). */
  readonly together: boolean
  /** How people see the values, in the texts of faults. */
  readonly quantities: Quantities
  readonly clock: Clock
  readonly log: Log
  /** Probes, configures and hands over the sensor. */
  readonly open: (signal: AbortSignal) => Promise<Sensor>
  readonly emit: (sample: Sample) => void
}

/** Failures in a row after which a sensor is opened again: one may be a disturbance, two may be another chip. */
const REOPEN_AFTER = 2

/**
 * Polls one sensor for as long as it runs. A sample emits an outcome of every measure, a value or a fault; while a
 * sensor is away, each interval emits the fault again. Samples of a sensor never overlap. Changes that a sensor
 * reports by itself between two samples are emitted at once, with the time that it gives.
 */
export class Sampler {
  readonly #init: SamplerInit
  readonly #changes: SamplerChanges
  #stopping = new AbortController()
  #cancel: Cancel | undefined
  #sensor: Sensor | undefined
  /** Whether a sample is running: also after its deadline, if the driver ignores the signal. */
  #busy = false
  #sampling: Promise<void> = Promise.resolve()
  /** Why there is no value of any measure. */
  #fault: Fault | undefined
  /** By measure, the code of the fault that it had last, where the others had values. */
  readonly #faulty = new Map<Measure, string>()
  #failures = 0
  #openings = 0
  #openAt = -Infinity
  /** Clock.monotonic() of the last change or fault that was emitted: no later sample has an earlier time. */
  #emittedAt = -Infinity
  /** Clock.monotonic() when the last sample ended, or the last fault was repeated. */
  #progressAt = 0

  constructor(init: SamplerInit) {
    this.#init = init
    this.#changes = new SamplerChanges(init.clock, init.changeSpacing, (change) => this.#emitChange(change))
  }

  start(): void {
    const { clock, interval, phase } = this.#init
    this.#stopping = new AbortController()
    this.#progressAt = clock.monotonic() + phase
    this.#cancel = every(clock, interval, () => this.#tick(), phase)
  }

  /** Whether three intervals passed without an outcome, a value or a fault: no sensor can cause that. */
  get isStalled(): boolean {
    const { clock, interval, deadline } = this.#init
    return clock.monotonic() - this.#progressAt > 3 * interval + deadline
  }

  /** Ends sampling and closes the sensor; a driver that ignores its signal is closed when it returns. */
  async stop(): Promise<void> {
    this.#cancel?.()
    this.#stopping.abort(new Error(`${this.#init.name} is stopped`))
    await this.#sampling
    if (!this.#busy) await this.#close()
  }

  #tick(): void {
    const away = this.#sensor === undefined && this.#init.clock.monotonic() < this.#openAt
    if (!this.#busy && !away) this.#sampling = this.#sample()
    else if (this.#fault !== undefined) this.#emitFault(this.#fault, this.#init.clock.monotonic())
  }

  /** Resolves at the deadline at the latest, and never rejects. */
  async #sample(): Promise<void> {
    const { clock, deadline, name } = this.#init
    const { signal } = this.#stopping
    const at = clock.monotonic()
    try {
      const work = (signal: AbortSignal): Promise<readonly (Measurement | MissingMeasurement)[]> =>
        this.#openAndSample(signal)
      const measurements = await withDeadline(clock, deadline, `sampling ${name}`, work, signal)
      this.#failures = 0
      this.#openings = 0
      this.#emitValues(measurements, at)
    } catch (error) {
      if (!signal.aborted) await this.#fail(error, at)
    }
  }

  async #openAndSample(signal: AbortSignal): Promise<readonly (Measurement | MissingMeasurement)[]> {
    this.#busy = true
    try {
      this.#sensor ??= await this.#open(signal)
      signal.throwIfAborted()
      return await this.#sensor.sample(signal)
    } finally {
      // Past the deadline: the sensor is opened again.
      if (signal.aborted) await this.#close()
      this.#busy = false
    }
  }

  async #open(signal: AbortSignal): Promise<Sensor> {
    const sensor = await this.#init.open(signal)
    sensor.onChange?.((changed, at) => this.#changes.take({ changed, at }))
    return sensor
  }

  async #fail(error: unknown, at: number): Promise<void> {
    const { name, log, retryMin, retryMax } = this.#init
    const fault = faultOf(error)
    if (this.#fault?.code !== fault.code) log.warn(`${name}: ${describeError(error)}`, { code: fault.code })
    this.#fault = fault
    this.#changes.flush()
    this.#emitFault(fault, at)
    this.#failures += 1
    if (this.#sensor !== undefined && this.#failures < REOPEN_AFTER) return
    this.#openAt = at + Math.min(retryMax, retryMin * 2 ** Math.min(this.#openings, 30))
    this.#openings += 1
    if (!this.#busy) await this.#close()
  }

  #emitValues(measurements: readonly (Measurement | MissingMeasurement)[], at: number): void {
    this.#changes.flush()
    this.#progressAt = this.#init.clock.monotonic()
    this.#emitOutcomes(this.#init.measures, measurements, Math.max(at, this.#emittedAt))
  }

  #emitChange({ changed, at }: Change): void {
    const changes = (measure: Measure): boolean =>
      changed.some(({ quantity, channel }) => quantity === measure.quantity && channel === measure.channel)
    this.#emittedAt = at
    this.#emitOutcomes(this.#init.measures.filter(changes), changed, at)
  }

  #emitOutcomes(
    measures: readonly Measure[],
    measurements: readonly (Measurement | MissingMeasurement)[],
    at: number
  ): void {
    const { name, log } = this.#init
    const outcomes = outcomesOf(measures, measurements, this.#init)
    if (this.#fault !== undefined && outcomes.some(({ fault }) => fault === undefined))
      log.info(`${name} is read again`)
    this.#fault = undefined
    for (const [i, measure] of measures.entries()) {
      const outcome = outcomes[i]
      if (outcome === undefined) continue
      this.#logFault(measure, outcome)
      this.#emit(measure, outcome, at)
    }
  }

  /** One line when a measure gets another fault, and one when it has a value again. */
  #logFault(measure: Measure, { fault }: Outcome): void {
    const { name, log } = this.#init
    const before = this.#faulty.get(measure)
    if (before === fault?.code) return
    if (fault !== undefined) {
      this.#faulty.set(measure, fault.code)
      log.warn(`${name}: ${fault.text}`, { code: fault.code })
      return
    }
    this.#faulty.delete(measure)
    const { quantity, channel } = measure
    log.info(`${name}/${channel === undefined ? quantity : `${quantity}.${channel}`} is read again`)
  }

  #emitFault(fault: Fault, at: number): void {
    this.#emittedAt = Math.max(at, this.#emittedAt)
    this.#progressAt = this.#init.clock.monotonic()
    for (const measure of this.#init.measures) this.#emit(measure, { fault }, this.#emittedAt)
  }

  #emit({ quantity, channel }: Measure, outcome: Outcome, at: number): void {
    const { name, interval, emit, log } = this.#init
    const sample = { device: name, quantity, at, interval: interval / 1000, ...outcome }
    try {
      emit(channel === undefined ? sample : { ...sample, channel })
    } catch (error) {
      log.error(`a sample of ${name} was not taken: ${describeError(error)}`)
    }
  }

  async #close(): Promise<void> {
    const sensor = this.#sensor
    this.#sensor = undefined
    this.#changes.end()
    try {
      await sensor?.close()
    } catch (error) {
      this.#init.log.debug(`${this.#init.name} did not close: ${describeError(error)}`)
    }
  }
}
