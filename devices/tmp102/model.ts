import {
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment,
  WordRegisters
} from '../../src/simulated.ts'

const TEMPERATURE = 0
const CONFIGURATION = 1
const LOW_LIMIT = 2
const HIGH_LIMIT = 3
/** SBOS397H 6.5, typical; 7.5.3.9: conversions start at 0.25, 1, 4 or 8 Hz. */
const CONVERSION = 26
const PERIODS = [4000, 1000, 250, 125]

export const model: ChipModelFactory = (environment) => new Tmp102Model(environment)

class Tmp102Model implements ChipModel {
  readonly #environment: ModelEnvironment
  /** After power-on: SBOS397H 7.5.2 to 7.5.4. */
  readonly #registers = new WordRegisters({
    [TEMPERATURE]: 0x0000,
    [CONFIGURATION]: 0x60a0,
    [LOW_LIMIT]: 0x4b00,
    [HIGH_LIMIT]: 0x5000
  })
  /** Monotonic time of the first conversion since the last start, and how many have ended since. */
  #started: number
  #ended = 0

  constructor(environment: ModelEnvironment) {
    this.#environment = environment
    this.#started = environment.clock.monotonic()
  }

  write(bytes: Uint8Array): void {
    this.#convert()
    const written = this.#registers.write(bytes, [CONFIGURATION, LOW_LIMIT, HIGH_LIMIT])
    if (written === CONFIGURATION) this.#configure(this.#registers.get(CONFIGURATION))
  }

  read(count: number): Uint8Array {
    this.#convert()
    return this.#registers.read(count)
  }

  /** Bit 15 starts a conversion and is set when it has ended; 14 and 13 are fixed, 5 follows the alert. */
  #configure(word: number): void {
    this.#registers.set(CONFIGURATION, (word & 0x1fd0) | 0x6000)
    const asleep = (word & 0x0100) !== 0
    if (!asleep || (word & 0x8000) !== 0) {
      this.#started = this.#environment.clock.monotonic()
      this.#ended = 0
    }
  }

  /** Applies the conversion that ended last. */
  #convert(): void {
    const { clock, ambient } = this.#environment
    const configuration = this.#registers.get(CONFIGURATION)
    const asleep = (configuration & 0x0100) !== 0
    const period = asleep ? Number.POSITIVE_INFINITY : (PERIODS[(configuration >> 6) & 3] ?? 250)
    const age = clock.monotonic() - this.#started - CONVERSION
    const ended = 1 + Math.floor(age / period)
    if (age < 0 || ended <= this.#ended) return
    this.#ended = ended
    const celsius = ambient.value('temperature', clock.now() - (age % period))
    this.#registers.set(TEMPERATURE, encode(celsius, (configuration & 0x0010) !== 0))
    const calm = celsius * 256 < (this.#registers.get(HIGH_LIMIT) << 16) >> 16
    this.#registers.set(CONFIGURATION, (configuration & ~0x20) | (asleep ? 0x8000 : 0) | (calm ? 0x20 : 0))
  }
}

function encode(celsius: number, extended: boolean): number {
  const steps = Math.round(Math.min(extended ? 150 : 127.9375, Math.max(-55, celsius)) * 16)
  return extended ? (steps << 3) | 1 : steps << 4
}
