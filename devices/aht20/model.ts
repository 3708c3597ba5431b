import { type ChipModel, type ChipModelFactory, crc8, type ModelEnvironment } from '../../src/simulated.ts'

const [BUSY, CALIBRATED, UNUSED] = [0x80, 0x08, 0x14]
const MEASURE = 0xac
/** AHT20 datasheet, 5.4: milliseconds, typical. */
const MEASUREMENT = 75
const INITIALISATION = 8

/** Which byte loads the calibration, and whether a CRC follows the data. */
interface Generation {
  readonly initialise: number
  readonly crc: boolean
}

export const aht20: ChipModelFactory = (environment) =>
  new AhtModel(environment, { initialise: 0xbe, crc: true })

export const aht10: ChipModelFactory = (environment) =>
  new AhtModel(environment, { initialise: 0xe1, crc: false })

class AhtModel implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #generation: Generation
  #calibrated = false
  #measuring = false
  /** Monotonic time at which it is idle again. */
  #idleAt = Number.NEGATIVE_INFINITY
  /** 20 bits each. */
  #humidity = 0
  #temperature = 0

  constructor(environment: ModelEnvironment, generation: Generation) {
    this.#environment = environment
    this.#generation = generation
  }

  write([command]: Uint8Array): void {
    this.#finish()
    if (command === this.#generation.initialise) {
      this.#calibrated = true
      this.#start(INITIALISATION)
    } else if (command === MEASURE) {
      this.#measuring = true
      this.#start(MEASUREMENT)
    }
  }

  read(count: number): Uint8Array {
    this.#finish()
    const [h, t] = [this.#humidity, this.#temperature]
    const middle = ((h & 0x0f) << 4) | (t >> 16)
    const data = Uint8Array.of(this.#status(), h >> 12, h >> 4, middle, t >> 8, t)
    const answer = this.#generation.crc ? [...data, crc8(data, 0xff)] : data
    return Uint8Array.from({ length: count }, (_, index) => answer[index] ?? 0xff)
  }

  #start(duration: number): void {
    this.#idleAt = this.#environment.clock.monotonic() + duration
  }

  #status(): number {
    const busy = this.#environment.clock.monotonic() < this.#idleAt
    return UNUSED | (busy ? BUSY : 0) | (this.#calibrated ? CALIBRATED : 0)
  }

  /** Applies the measurement that has ended. */
  #finish(): void {
    const { ambient, clock } = this.#environment
    const late = clock.monotonic() - this.#idleAt
    if (!this.#measuring || late < 0) return
    this.#measuring = false
    this.#humidity = share(ambient.value('humidity', clock.now() - late) / 100)
    this.#temperature = share((ambient.value('temperature', clock.now() - late) + 50) / 200)
  }
}

/** That share of 20 bits. */
function share(part: number): number {
  return Math.round(Math.min(0xfffff, Math.max(0, part * 2 ** 20)))
}
