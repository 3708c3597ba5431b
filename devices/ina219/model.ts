import {
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment,
  WordRegisters
} from '../../src/simulated.ts'

const [CONFIGURATION, SHUNT, BUS, POWER, CURRENT, CALIBRATION] = [0, 1, 2, 3, 4, 5]
const [AFTER_RESET, RESET] = [0x399f, 0x8000]
const [READY, OVERFLOW] = [2, 1]
/** SBOS448, ADC settings: microseconds by their low bits, of 9 to 12 bits and of 1 to 128 conversions. */
const SINGLE = [84, 148, 276, 532]
const AVERAGED = [532, 1060, 2130, 4260, 8510, 17_020, 34_050, 68_100]

/** A board with a shunt of 0.1 ohm. */
export const model: ChipModelFactory = (environment) => new Ina219Model(environment, 0.1)

/** A board with another shunt. */
export const boardModel =
  (ohms: number): ChipModelFactory =>
  (environment) =>
    new Ina219Model(environment, ohms)

class Ina219Model implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #ohms: number
  readonly #registers = new WordRegisters({
    [CONFIGURATION]: AFTER_RESET,
    [SHUNT]: 0,
    [BUS]: 0,
    [POWER]: 0,
    [CURRENT]: 0,
    [CALIBRATION]: 0
  })
  #pointer = 0
  /** Monotonic time at which the current conversion started; undefined when asleep. */
  #started: number | undefined

  constructor(environment: ModelEnvironment, ohms: number) {
    this.#environment = environment
    this.#ohms = ohms
    this.#configure(AFTER_RESET)
  }

  write(bytes: Uint8Array): void {
    this.#convert()
    this.#pointer = bytes[0] ?? this.#pointer
    const written = this.#registers.write(bytes, [CONFIGURATION, CALIBRATION])
    if (written === CONFIGURATION) this.#configure(this.#registers.get(CONFIGURATION))
    // Bit 0 of the calibration cannot be set.
    if (written === CALIBRATION) this.#registers.set(CALIBRATION, this.#registers.get(CALIBRATION) & 0xfffe)
  }

  read(count: number): Uint8Array {
    this.#convert()
    const bytes = this.#registers.read(count)
    if (this.#pointer === BUS || this.#pointer === POWER) this.#clear()
    return bytes
  }

  #configure(word: number): void {
    if ((word & RESET) !== 0) {
      for (const register of [SHUNT, BUS, POWER, CURRENT, CALIBRATION]) this.#registers.set(register, 0)
    }
    const configuration = (word & RESET) === 0 ? word & 0x3fff : AFTER_RESET
    this.#registers.set(CONFIGURATION, configuration)
    this.#started = (configuration & 3) === 0 ? undefined : this.#environment.clock.monotonic()
    this.#clear()
  }

  #clear(): void {
    this.#registers.set(BUS, this.#registers.get(BUS) & ~READY)
  }

  /** Milliseconds of the conversions that the mode asks for. */
  #duration(): number {
    const configuration = this.#registers.get(CONFIGURATION)
    const part = (field: number): number =>
      (field & 8 ? (AVERAGED[field & 7] ?? 0) : (SINGLE[field & 3] ?? 0)) / 1000
    const bus = configuration & 2 ? part((configuration >> 7) & 15) : 0
    const shunt = configuration & 1 ? part((configuration >> 3) & 15) : 0
    return bus + shunt
  }

  /** Applies the conversion that ended last. */
  #convert(): void {
    if (this.#started === undefined) return
    const { clock } = this.#environment
    const duration = this.#duration()
    // Sums of fractions of milliseconds are not exact.
    const ended = Math.floor((clock.monotonic() - this.#started) / duration + 1e-9)
    if (ended < 1) return
    const continuous = (this.#registers.get(CONFIGURATION) & 4) !== 0
    const end = this.#started + (continuous ? ended : 1) * duration
    this.#latch(clock.now() - (clock.monotonic() - end))
    this.#started = continuous ? end : undefined
  }

  #latch(at: number): void {
    const { ambient } = this.#environment
    const configuration = this.#registers.get(CONFIGURATION)
    const full = 4000 << ((configuration >> 11) & 3)
    const microvolts = ambient.value('current', at) * this.#ohms * 1e6
    const shunt = Math.max(-full, Math.min(full, Math.round(microvolts / 10)))
    const millivolts = ambient.value('voltage', at) * 1000
    const bus = Math.max(0, Math.min(configuration & 0x2000 ? 8000 : 4000, Math.round(millivolts / 4)))
    if (configuration & 1) this.#registers.set(SHUNT, shunt)
    const current =
      Math.trunc(((this.#registers.get(SHUNT) << 16) >> 16) * this.#registers.get(CALIBRATION)) / 4096
    const power = Math.trunc((Math.abs(current) * bus) / 5000)
    const overflow = Math.abs(current) > 0x7fff || power > 0xffff ? OVERFLOW : 0
    if (configuration & 2) this.#registers.set(BUS, (bus << 3) | READY | overflow)
    else this.#registers.set(BUS, this.#registers.get(BUS) | READY)
    this.#registers.set(CURRENT, Math.trunc(current))
    this.#registers.set(POWER, power)
  }
}
