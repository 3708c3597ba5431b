import { type Measurement, pollUntil, type Sensor } from '../../src/driver.ts'
import type { Port, Setting } from './port.ts'
import * as chip from './registers.ts'

/** Measures once for each sample, after sending all settings: no setting can be lost. */
export class SingleShotScd4x implements Sensor {
  readonly #port: Port
  readonly #settings: readonly Setting[]

  constructor(port: Port, settings: readonly Setting[]) {
    this.#port = port
    this.#settings = settings
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const { device, clock } = this.#port
    await this.#port.set(this.#settings, signal)
    await this.#port.send(chip.SINGLE_SHOT, chip.SINGLE_SHOT_TIME, signal)
    const timing = { first: 0, every: 100, deadline: 1000 }
    await pollUntil(
      clock,
      device,
      timing,
      signal,
      async () => (await this.#port.isReady(signal)) || undefined
    )
    return await this.#port.read(signal)
  }

  async close(): Promise<void> {}
}
