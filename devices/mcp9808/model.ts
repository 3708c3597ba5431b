import {
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment,
  WordRegisters
} from '../../src/simulated.ts'

const [CONFIGURATION, UPPER, LOWER, CRITICAL, TEMPERATURE, RESOLUTION] = [1, 2, 3, 4, 5, 8]
/** DS25095A, register 5-7: typical milliseconds of a conversion, by resolution. */
const CONVERSIONS = [30, 65, 130, 250]

export const model: ChipModelFactory = (environment) => new Mcp9808Model(environment)

class Mcp9808Model implements ChipModel {
  readonly #environment: ModelEnvironment
  /** After power-on: DS25095A table 5-1. */
  readonly #registers = new WordRegisters({
    [CONFIGURATION]: 0x0000,
    [UPPER]: 0x0000,
    [LOWER]: 0x0000,
    [CRITICAL]: 0x0000,
    [TEMPERATURE]: 0x0000,
    6: 0x0054,
    7: 0x0400,
    [RESOLUTION]: 0x0303
  })
  /** Monotonic time at which the conversion under way started; undefined when asleep. */
  #started: number | undefined

  constructor(environment: ModelEnvironment) {
    this.#environment = environment
    this.#started = environment.clock.monotonic()
  }

  write(bytes: Uint8Array): void {
    this.#convert()
    const written = this.#registers.write(bytes, [CONFIGURATION, UPPER, LOWER, CRITICAL, RESOLUTION])
    if (written === CONFIGURATION) this.#configure(this.#registers.get(CONFIGURATION))
    // One byte: whichever of the two is read.
    if (written === RESOLUTION) this.#registers.set(RESOLUTION, ((bytes[1] ?? 0) & 3) * 0x0101)
  }

  read(count: number): Uint8Array {
    this.#convert()
    return this.#registers.read(count)
  }

  #configure(word: number): void {
    this.#registers.set(CONFIGURATION, word & 0x07ff)
    const asleep = (word & 0x0100) !== 0
    this.#started = asleep ? undefined : (this.#started ?? this.#environment.clock.monotonic())
  }

  /** Applies the conversion that ended last. */
  #convert(): void {
    if (this.#started === undefined) return
    const { clock, ambient } = this.#environment
    const resolution = this.#registers.get(RESOLUTION) & 3
    const period = CONVERSIONS[resolution] ?? 250
    const age = clock.monotonic() - this.#started
    if (age < period) return
    this.#started += Math.floor(age / period) * period
    const steps = Math.round(ambient.value('temperature', clock.now() - (age % period)) * 16)
    const kept = (Math.min(125 * 16, Math.max(-40 * 16, steps)) >> (3 - resolution)) << (3 - resolution)
    this.#registers.set(TEMPERATURE, this.#alarms(kept) | (kept & 0x1fff))
  }

  /** 5.1.3: not below the critical, above the upper, below the lower limit. */
  #alarms(steps: number): number {
    const limit = (pointer: number): number => (this.#registers.get(pointer) << 19) >> 19
    return (
      (steps >= limit(CRITICAL) ? 0x8000 : 0) |
      (steps > limit(UPPER) ? 0x4000 : 0) |
      (steps < limit(LOWER) ? 0x2000 : 0)
    )
  }
}
