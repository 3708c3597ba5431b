import { type Measurement, pollUntil, type Sensor, SensorError } from '../../src/driver.ts'
import type { Port, Setting } from './port.ts'
import * as chip from './registers.ts'

/**
 * The chip measures by itself every 5 s, and returns each value once. Where a value is overdue, the chip has
 * lost its power, and is started again.
 */
export class PeriodicScd4x implements Sensor {
  readonly #port: Port
  readonly #settings: readonly Setting[]
  /** Monotonic time at which data are overdue; undefined while the chip is not known to measure. */
  #overdue: number | undefined

  constructor(port: Port, settings: readonly Setting[]) {
    this.#port = port
    this.#settings = settings
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    if (!(await this.#awaitData(signal))) {
      await this.#start(signal)
      if (!(await this.#awaitData(signal))) {
        throw new SensorError('not-ready', `${this.#port.device.label} has no data although it was started`, {
          hint: 'power it off and on; see that its supply is steady'
        })
      }
    }
    const measured = await this.#port.read(signal)
    this.#expect()
    return measured
  }

  async close(): Promise<void> {}

  async #start(signal: AbortSignal): Promise<void> {
    this.#overdue = undefined
    await this.#port.send(chip.STOP, chip.STOP_TIME, signal)
    await this.#port.ask(chip.SERIAL_NUMBER, signal)
    await this.#port.set(this.#settings, signal)
    await this.#port.send(chip.START, 0, signal)
    this.#expect()
  }

  #expect(): void {
    this.#overdue = this.#port.clock.monotonic() + chip.PERIOD + chip.LATE
  }

  /** False where the data are overdue. */
  async #awaitData(signal: AbortSignal): Promise<boolean> {
    const overdue = this.#overdue
    if (overdue === undefined) return false
    const { device, clock } = this.#port
    const timing = { first: 0, every: 100, deadline: 2 * chip.PERIOD }
    return await pollUntil(clock, device, timing, signal, async () => {
      if (await this.#port.isReady(signal)) return true
      return clock.monotonic() < overdue ? undefined : false
    })
  }
}
