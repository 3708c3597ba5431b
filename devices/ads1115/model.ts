import {
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment,
  WordRegisters
} from '../../src/simulated.ts'

const [CONVERSION, CONFIGURATION, LOW_THRESHOLD, HIGH_THRESHOLD] = [0, 1, 2, 3]
/** SBAS444, config register: millivolts of full scale, conversions a second. */
const MILLIVOLTS = [6144, 4096, 2048, 1024, 512, 256, 256, 256]
const RATES = [8, 16, 32, 64, 128, 250, 475, 860]
const WAKE_UP = 0.025
/** Positive and negative input of each multiplexer setting; 4 is ground. */
const MULTIPLEXER: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 3],
  [1, 3],
  [2, 3],
  [0, 4],
  [1, 4],
  [2, 4],
  [3, 4]
]
/** A resistor ladder: the part of the ambient voltage at each input. */
const LADDER = [1, 0.5, 0.25, 0.125, 0]

export const model: ChipModelFactory = (environment) => new Ads1115Model(environment)

/** The chip without its comparator. */
class Ads1115Model implements ChipModel {
  readonly #environment: ModelEnvironment
  /** After power-on: SBAS444, register map. */
  readonly #registers = new WordRegisters({
    [CONVERSION]: 0x0000,
    [CONFIGURATION]: 0x8583,
    [LOW_THRESHOLD]: 0x8000,
    [HIGH_THRESHOLD]: 0x7fff
  })
  /** Monotonic time at which the current conversion started; undefined when asleep. */
  #started: number | undefined

  constructor(environment: ModelEnvironment) {
    this.#environment = environment
  }

  write(bytes: Uint8Array): void {
    this.#convert()
    const written = this.#registers.write(bytes, [CONFIGURATION, LOW_THRESHOLD, HIGH_THRESHOLD])
    if (written === CONFIGURATION) this.#configure(this.#registers.get(CONFIGURATION))
  }

  read(count: number): Uint8Array {
    this.#convert()
    return this.#registers.read(count)
  }

  #configure(word: number): void {
    const continuous = (word & 0x0100) === 0
    if (continuous || (word & 0x8000) !== 0) this.#started = this.#environment.clock.monotonic() + WAKE_UP
    this.#setIdle(this.#started === undefined)
  }

  #setIdle(idle: boolean): void {
    this.#registers.set(CONFIGURATION, (this.#registers.get(CONFIGURATION) & 0x7fff) | (idle ? 0x8000 : 0))
  }

  /** Applies the conversion that ended last. */
  #convert(): void {
    if (this.#started === undefined) return
    const { clock } = this.#environment
    const configuration = this.#registers.get(CONFIGURATION)
    const period = 1000 / (RATES[(configuration >> 5) & 7] ?? 128)
    // Sums of fractions of milliseconds are not exact.
    const periods = Math.floor((clock.monotonic() - this.#started) / period + 1e-9)
    if (periods < 1) return
    const continuous = (configuration & 0x0100) === 0
    const ended = this.#started + (continuous ? periods : 1) * period
    this.#registers.set(CONVERSION, this.#code(configuration, clock.now() - (clock.monotonic() - ended)))
    this.#started = continuous ? ended : undefined
    this.#setIdle(!continuous)
  }

  #code(configuration: number, at: number): number {
    const [positive, negative] = MULTIPLEXER[(configuration >> 12) & 7] ?? [0, 1]
    const part = (LADDER[positive] ?? 0) - (LADDER[negative] ?? 0)
    const millivolts = this.#environment.ambient.value('voltage', at) * 1000 * part
    const full = MILLIVOLTS[(configuration >> 9) & 7] ?? 2048
    return Math.min(0x7fff, Math.max(-0x8000, Math.round((millivolts / full) * 0x8000)))
  }
}
