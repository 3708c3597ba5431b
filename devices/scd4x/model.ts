import {
  type ChipModel,
  type ChipModelFactory,
  crcWords,
  type ModelEnvironment,
  NotAcknowledged,
  PendingAnswer,
  wordShare
} from '../../src/simulated.ts'

const [START, STOP, SINGLE_SHOT, READ, READY] = [0x21b1, 0x3f86, 0x219d, 0xec05, 0xe4b8]
const [SERIAL, VARIANT, PRESSURE] = [0x3682, 0x202f, 0xe000]
const [OFFSET, ALTITUDE, SELF_CALIBRATION] = [0x241d, 0x2427, 0x2416]
/** The command that reads each setting. */
const SETTING_OF: ReadonlyMap<number, number> = new Map([
  [0x2318, OFFSET],
  [0x2322, ALTITUDE],
  [0x2313, SELF_CALIBRATION]
])
/** Milliseconds of a measurement, and of a stop: SCD4x datasheet, table of commands. */
const MEASUREMENT = 5000
const STOPPING = 500
/** The example of the datasheet, get_serial_number. */
const SERIAL_NUMBER = [0xf896, 0x9f07, 0x3bbe]
/** °C by which its own heat warms the chip. */
const SELF_HEATING = 4

export const scd40: ChipModelFactory = (environment) => new Scd4xModel(environment, 0x0440)
export const scd41: ChipModelFactory = (environment) => new Scd4xModel(environment, 0x1408)

class Scd4xModel implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #variant: number
  readonly #answer: PendingAnswer
  /** After power-on: 4 °C, 0 m, self-calibration. */
  readonly #settings = new Map([
    [OFFSET, 0x05da],
    [ALTITUDE, 0],
    [SELF_CALIBRATION, 1]
  ])
  /** Pa, by what was set last: pressure or altitude. */
  #pressure = 101_300
  #mode: 'idle' | 'periodic' | 'single' = 'idle'
  /** Monotonic time of the start of the measurement under way. */
  #started = 0
  /** Wall time of the measurement that can be read. */
  #measuredAt: number | undefined

  constructor(environment: ModelEnvironment, variant: number) {
    this.#environment = environment
    this.#variant = variant
    this.#answer = new PendingAnswer(environment.clock)
  }

  write(bytes: Uint8Array): void {
    this.#answer.checkIdle()
    this.#measure()
    const [high, low, ...rest] = bytes
    if (high === undefined || low === undefined) return
    const command = (high << 8) | low
    if (rest.length === 0) this.#command(command)
    else this.#set(command, Uint8Array.from(rest))
  }

  read(count: number): Uint8Array {
    this.#measure()
    return this.#answer.read(count)
  }

  #command(command: number): void {
    if (command === READY) this.#respond(() => [this.#measuredAt === undefined ? 0x8000 : 0x8006])
    else if (command === READ) this.#answer.begin(1, this.#measuredAt === undefined ? undefined : this.#take)
    else if (command === STOP) this.#stop()
    else if (this.#mode !== 'idle') throw new NotAcknowledged('data')
    else if (command === START) this.#begin('periodic')
    else if (command === SINGLE_SHOT && this.#variant >> 12 > 0) this.#begin('single')
    else if (command === SERIAL) this.#respond(() => SERIAL_NUMBER)
    else if (command === VARIANT) this.#respond(() => [this.#variant])
    else this.#tellSetting(command)
  }

  #respond(words: () => readonly number[]): void {
    this.#answer.begin(1, () => crcWords(words(), 0xff))
  }

  #tellSetting(command: number): void {
    const setting = this.#settings.get(SETTING_OF.get(command) ?? 0)
    if (setting === undefined) throw new NotAcknowledged('data')
    this.#respond(() => [setting])
  }

  /** A word whose CRC does not fit is not taken; only the pressure may change while it measures. */
  #set(command: number, bytes: Uint8Array): void {
    const word = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
    const fits = Buffer.compare(bytes, crcWords([word], 0xff)) === 0
    const known = command === PRESSURE || (this.#settings.has(command) && this.#mode === 'idle')
    if (!fits || !known) throw new NotAcknowledged('data')
    if (command === PRESSURE) this.#pressure = word * 100
    else this.#settings.set(command, word)
    // The international standard atmosphere.
    if (command === ALTITUDE) this.#pressure = 101_300 * (1 - 2.25577e-5 * word) ** 5.25588
    this.#answer.begin(1)
  }

  #begin(mode: 'periodic' | 'single'): void {
    this.#mode = mode
    this.#measuredAt = undefined
    this.#started = this.#environment.clock.monotonic()
  }

  #stop(): void {
    this.#mode = 'idle'
    this.#measuredAt = undefined
    this.#answer.begin(STOPPING)
  }

  /** Applies the measurement that ended last. */
  #measure(): void {
    const { clock } = this.#environment
    const age = clock.monotonic() - this.#started
    if (this.#mode === 'idle' || age < MEASUREMENT) return
    const late = this.#mode === 'single' ? age - MEASUREMENT : age % MEASUREMENT
    this.#measuredAt = clock.now() - late
    this.#started = clock.monotonic() - late
    if (this.#mode === 'single') this.#mode = 'idle'
  }

  /** Returns the data, once. The chip measures the density of CO2, and divides it by that of the pressure that is set. */
  readonly #take = (): Uint8Array => {
    const { ambient } = this.#environment
    const at = this.#measuredAt ?? 0
    this.#measuredAt = undefined
    const co2 = (ambient.value('co2', at) * 1e6 * ambient.value('pressure', at)) / this.#pressure
    const offset = ((this.#settings.get(OFFSET) ?? 0) * 175) / 0xffff
    const temperature = ambient.value('temperature', at) + SELF_HEATING - offset
    const words = [
      Math.min(40_000, Math.round(co2)),
      wordShare((temperature + 45) / 175),
      wordShare(ambient.value('humidity', at) / 100)
    ]
    return crcWords(words, 0xff)
  }
}
