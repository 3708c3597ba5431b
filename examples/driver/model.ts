import type { ChipModel, ChipModelFactory, ModelEnvironment } from 'kith/simulated'

// Model and driver share nothing, not even a constant: both are tested against vectors.ts.
const CONVERSION = 125

export const model: ChipModelFactory = (environment) => new Tc74Model(environment)

/** Made anew at each power-on, so its fields begin as the registers do (DS21462D, table 4-2). */
class Tc74Model implements ChipModel {
  readonly #environment: ModelEnvironment
  #command = 0
  #standby = false
  /** Monotonic time of the last wake-up. */
  #woken: number

  constructor(environment: ModelEnvironment) {
    this.#environment = environment
    this.#woken = environment.clock.monotonic()
  }

  write([command, configuration]: Uint8Array): void {
    if (command !== undefined) this.#command = command
    if (this.#command !== 1 || configuration === undefined) return
    const standby = configuration >= 0x80
    if (this.#standby && !standby) this.#woken = this.#environment.clock.monotonic()
    this.#standby = standby
  }

  read(count: number): Uint8Array {
    return new Uint8Array(count).fill(this.#command === 1 ? this.#configuration() : this.#temperature())
  }

  /** A model has no timers: it computes its state from the time of the access. */
  #configuration(): number {
    if (this.#standby) return 0x80
    return this.#environment.clock.monotonic() - this.#woken >= CONVERSION ? 0x40 : 0x00
  }

  #temperature(): number {
    const celsius = Math.floor(this.#environment.ambient.value('temperature'))
    return Math.min(127, Math.max(-65, celsius)) & 0xff
  }
}
