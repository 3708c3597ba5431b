import type { Cancel, Clock } from '../../clock.ts'
import type { SwitchConfig } from '../../config/devices/switches.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import {
  type Actuator,
  type ActuatorDefinition,
  isLocked,
  type OffMemory,
  type OwnChange
} from '../../hal/actuator.ts'
import type { Pins } from '../../hal/gpio.ts'
import type { Log } from '../../log.ts'
import type { Outcome, Sample } from '../../reading/reading.ts'
import type { SamplingLimits } from '../../reading/sampling/limits.ts'
import { faultOf } from '../../reading/sampling/outcome.ts'
import { StateReadings } from './state-readings.ts'

export interface OutletInit {
  readonly relay: ActuatorDefinition
  readonly clock: Clock
  readonly pins: Pins
  readonly log: Log
  readonly sampling: SamplingLimits
  /** Commands that wait for one output. */
  readonly waiting: number
  /** Milliseconds that the machine has slept in all, which no clock of the process counts. */
  readonly slept: () => number
  /** undefined where nothing can be kept over restarts. */
  readonly memoryOf: (name: string) => OffMemory | undefined
  /** Called when it was opened, and when it has changed without a command. */
  readonly onOwnChange: (name: string, on: boolean, why: OwnChange | 'start' | 'stop') => void
  /** Called where it could not change without a command, once until it does. */
  readonly onOwnFailure: (name: string, why: OwnChange, error: unknown) => void
  readonly emit: (sample: Sample) => void
}

/** An output's state as read back. */
export interface OutletState {
  readonly on: boolean
  /** Milliseconds that it is so. */
  readonly since: number
  /** Milliseconds until it changes by itself. */
  readonly left: number | undefined
  /** Milliseconds until it may be switched on. */
  readonly lock: number | undefined
}

/** Milliseconds: shorter sleeps, and the inexactness of the clocks, do not count. */
const SLEEP = 500

/** One output, which is opened again while its line is refused or lost. */
export class Outlet {
  #config: SwitchConfig
  readonly #init: OutletInit
  #readings: StateReadings
  /** When maxOn is over: goes on over openings. */
  readonly #away: { until: number | undefined } = { until: undefined }
  /** Whether it was opened before: then it is opened in its safe state. */
  #wasOpen: boolean
  #slept: number
  /** Never rejects. */
  #opening: Promise<void> = Promise.resolve()
  /** Closings under way, of actuators that were lost. */
  #closing: Promise<unknown> = Promise.resolve()
  #actuator: Actuator | undefined
  #fault: unknown
  #failures = 0
  #ended = false
  #isRunning = false
  #cancel: Cancel = () => {}
  /** The state that was read last, and Clock.monotonic() of its beginning. */
  #shown: { readonly on: boolean | undefined; readonly at: number }
  #waiting = 0
  #changes = 0
  /** Whether it could not change by itself the last time. */
  #isStuck = false
  #turn: Promise<unknown> = Promise.resolve()

  /** @param isAnew whether an output of that name was open before: it begins in its safe state */
  constructor(config: SwitchConfig, init: OutletInit, isAnew = false) {
    this.#config = config
    this.#init = init
    this.#wasOpen = isAnew
    this.#slept = init.slept()
    this.#shown = { on: undefined, at: init.clock.monotonic() }
    this.#readings = this.#newReadings(config)
  }

  get config(): SwitchConfig {
    return this.#config
  }

  /** Takes what does not concern the output itself: how often its state is read, and who may see it. */
  describe(config: SwitchConfig): void {
    const { interval } = this.#config
    this.#config = config
    if (config.interval === interval) return
    this.#readings.end()
    this.#readings = this.#newReadings(config)
    if (this.#isRunning) this.#readings.start()
  }

  #newReadings(config: SwitchConfig): StateReadings {
    const { clock, log, sampling, emit } = this.#init
    return new StateReadings({
      name: config.name,
      interval: config.interval,
      spacing: sampling.changeSpacing,
      deadline: sampling.deadline,
      clock,
      log,
      emit,
      read: () => this.#outcome()
    })
  }

  get name(): string {
    return this.config.name
  }

  /** Whether its line does not come back from a call. */
  get isStalled(): boolean {
    return this.#readings.isStalled
  }

  get persists(): boolean | undefined {
    return this.#actuator?.persists
  }

  /** Never rejects: a node whose relay board is unplugged still measures. */
  async open(): Promise<void> {
    this.#begin()
    await this.#opening
    if (this.#ended) return
    this.#isRunning = true
    this.#readings.start()
  }

  async close(): Promise<void> {
    this.#ended = true
    this.#cancel()
    const actuator = this.#actuator
    this.#actuator = undefined
    this.#fault = new NodeError('closing', `switch ${this.name} is closed`, { remedy: 'retry' })
    try {
      // What is being opened closes itself: another one may take the line afterwards.
      await this.#opening
      await this.#closing
      const on = await actuator?.close('whenLost')
      if (on === undefined) return this.#readings.end()
      this.#readings.end({ value: on })
      this.#init.onOwnChange(this.name, on, 'stop')
    } catch (error) {
      this.#readings.end({ fault: faultOf(error) })
      throw error
    }
  }

  /** Does `work` alone, after what was commanded before. @throws NodeError 'busy' */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#init.waiting)
      throw new NodeError('busy', `too many commands wait for switch ${this.name}`, { remedy: 'retry' })
    this.#waiting += 1
    const done = this.#turn.then(work, work).finally(() => {
      this.#waiting -= 1
    })
    this.#turn = done.catch(() => {})
    return await done
  }

  /**
   * @param lease milliseconds
   * @param still called in the turn in which the line is written: where it throws, nothing is switched
   * @throws NodeError why the output was not set
   */
  async set(on: boolean, lease: number | undefined, still: () => void): Promise<void> {
    const actuator = this.#ready()
    // Before it has a new lease, which has not slept.
    this.#countSleep(actuator)
    let refused: unknown
    try {
      await actuator.set(on, lease, () => {
        try {
          still()
        } catch (error) {
          refused = error
          throw error
        }
      })
    } catch (error) {
      if (error !== refused && !isLocked(error) && !isNodeError(error, 'not-kept'))
        await this.#lose(actuator, error)
      throw error
    }
  }

  /** @throws NodeError where the output cannot be driven */
  async toSafe(): Promise<void> {
    const actuator = this.#ready()
    try {
      await actuator.toSafe()
    } catch (error) {
      await this.#lose(actuator, error)
      throw error
    }
  }

  /** @throws NodeError why it cannot be read */
  async state(): Promise<OutletState> {
    const actuator = this.#ready()
    this.#countSleep(actuator)
    try {
      const { on, left, lock } = await actuator.state()
      this.#show(on)
      return { on, since: this.since, left, lock }
    } catch (error) {
      await this.#lose(actuator, error)
      throw error
    }
  }

  #countSleep(actuator: Actuator): void {
    const slept = this.#init.slept()
    if (slept - this.#slept < SLEEP) return
    actuator.slept(slept - this.#slept)
    this.#slept = slept
  }

  /** How often it has begun to change by itself, or was opened. */
  get changes(): number {
    return this.#changes
  }

  /** Milliseconds since its state, or its fault, began. */
  get since(): number {
    return Math.max(0, this.#init.clock.monotonic() - this.#shown.at)
  }

  #begin(): void {
    this.#opening = this.#open()
  }

  async #open(): Promise<void> {
    const { relay, clock, pins, memoryOf } = this.#init
    const { name, line } = this.config
    const memory = memoryOf(name)
    const options = this.#wasOpen ? ({ ...this.#config, initial: 'safe' } as const) : this.#config
    let actuator: Actuator | undefined
    try {
      await this.#closing
      actuator = await relay.open(pins, line, options, {
        clock,
        away: this.#away,
        changing: () => {
          this.#changes += 1
        },
        changed: (on, why) => this.#changedByItself(on, why),
        failed: (why, error) => this.#notChanged(why, error),
        ...(memory === undefined ? {} : { memory })
      })
      const { on } = await actuator.state()
      if (this.#ended) {
        const abandoned = actuator
        actuator = undefined
        await abandoned.close('whenLost')
        return
      }
      this.#wasOpen = true
      this.#actuator = actuator
      this.#opened(actuator, on)
    } catch (error) {
      this.#actuator = undefined
      const opened = actuator
      if (opened !== undefined) this.#closing = opened.close('safe').catch(() => {})
      this.#failed(error)
    }
  }

  #ready(): Actuator {
    if (this.#actuator !== undefined) return this.#actuator
    throw (
      this.#fault ?? new NodeError('not-ready', `switch ${this.name} is not open yet`, { remedy: 'retry' })
    )
  }

  async #outcome(): Promise<Outcome> {
    try {
      return { value: (await this.state()).on }
    } catch (error) {
      return { fault: faultOf(error) }
    }
  }

  #changedByItself(on: boolean, why: OwnChange): void {
    if (this.#isStuck) this.#init.log.info(`switch ${this.name} is ${on ? 'on' : 'off'} at last`)
    this.#isStuck = false
    this.#show(on)
    this.#init.onOwnChange(this.name, on, why)
  }

  #notChanged(why: OwnChange, error: unknown): void {
    const { log, onOwnFailure } = this.#init
    if (this.#isStuck) return
    this.#isStuck = true
    log.warn(`switch ${this.name} does not change (${why}), and is tried again: ${describeError(error)}`)
    onOwnFailure(this.name, why, error)
  }

  #show(on: boolean | undefined): void {
    if (this.#shown.on === on) return
    this.#shown = { on, at: this.#init.clock.monotonic() }
    this.#readings.changed()
  }

  #opened(actuator: Actuator, on: boolean): void {
    const { log } = this.#init
    const { name, line } = this.config
    if (this.#failures > 0) log.info(`switch ${name} is open again, and ${on ? 'on' : 'off'}`)
    this.#failures = 0
    this.#fault = undefined
    this.#changes += 1
    this.#isStuck = false
    this.#show(on)
    this.#init.onOwnChange(name, on, 'start')
    if (actuator.persists !== true) return
    log.warn(`switch ${name}: were kith killed, ${line} would stay as it is until kith runs again`, {
      hint: 'dtparam=strict_gpiod in /boot/firmware/config.txt makes it an input then: a pull resistor decides'
    })
  }

  async #lose(actuator: Actuator, error: unknown): Promise<void> {
    if (this.#actuator !== actuator) return
    this.#actuator = undefined
    this.#closing = actuator.close('safe').catch(() => {})
    await this.#closing
    this.#failed(error)
  }

  #failed(error: unknown): void {
    const { log, clock, sampling } = this.#init
    const { retryMin, retryMax } = sampling
    if (this.#failures === 0) log.warn(`switch ${this.name}: ${describeError(error)}`)
    this.#fault = error
    this.#failures += 1
    this.#show(undefined)
    if (this.#ended) return
    const wait = Math.min(retryMax, retryMin * 2 ** Math.min(this.#failures - 1, 30))
    this.#cancel = clock.after(wait, () => this.#begin())
  }
}
