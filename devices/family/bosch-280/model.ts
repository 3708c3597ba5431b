import { ByteRegisters, type ChipModel, type ModelEnvironment } from '../../../src/simulated.ts'
import { CALIBRATION, pressureCode, temperatureCode } from './transducer.ts'

/** What distinguishes the chips of the family. */
export interface Bosch280Variant {
  readonly identity: number
  /** Milliseconds asleep between two measurements of normal mode, by code. */
  readonly standby: readonly number[]
  readonly humidity?: {
    /** Its calibration: runs of bytes by the register they begin at. */
    readonly calibration: Readonly<Record<number, readonly number[]>>
    /** @returns 16 bits */
    code(percent: number, temperatureCode: number): number
  }
}

const [ID, RESET, HUMIDITY, STATUS, MEASURE, CONFIG, DATA] = [0xd0, 0xe0, 0xf2, 0xf3, 0xf4, 0xf5, 0xf7]
/** BST-BME280-DS002 5.4.7 to 5.4.9: the data registers before any measurement. */
const NOTHING_MEASURED = [0x80, 0x00, 0x00, 0x80, 0x00, 0x00]
const NO_HUMIDITY = [0x80, 0x00]
/** Milliseconds in which the calibration is copied after power-on or reset (table 1, 5.4.4). */
const START_UP = 2
const AVERAGED = [0, 1, 2, 4, 8, 16, 16, 16]

/** BMP280 or BME280 at register level: BST-BMP280-DS001, BST-BME280-DS002 (whose sections are given). */
export class Bosch280Model implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #variant: Bosch280Variant
  #registers = new ByteRegisters()
  #poweredAt = 0
  /** Takes effect with the next write of MEASURE (5.4.3). */
  #humidity = 0
  /** Monotonic time of the measurement under way or due; undefined when asleep. */
  #started: number | undefined

  constructor(environment: ModelEnvironment, variant: Bosch280Variant) {
    this.#environment = environment
    this.#variant = variant
    this.#reset()
  }

  write(bytes: Uint8Array): void {
    this.#measure()
    if (bytes[0] !== undefined) this.#registers.pointer = bytes[0]
    // 6.2.1: pairs of register and value; the address does not count up by itself.
    for (let at = 0; at + 1 < bytes.length; at += 2) this.#set(bytes[at] ?? 0, bytes[at + 1] ?? 0)
  }

  read(count: number): Uint8Array {
    this.#measure()
    this.#registers.set(STATUS, this.#status())
    return this.#registers.read(count)
  }

  #set(register: number, value: number): void {
    if (register === RESET && value === 0xb6) this.#reset()
    if (register === MEASURE || register === CONFIG) this.#registers.set(register, value)
    if (register === HUMIDITY && this.#variant.humidity !== undefined) this.#registers.set(register, value)
    if (register !== MEASURE) return
    this.#humidity = this.#registers.get(HUMIDITY) & 7
    this.#started = (value & 3) === 0 ? undefined : this.#environment.clock.monotonic()
  }

  #reset(): void {
    const { identity, humidity } = this.#variant
    this.#registers = new ByteRegisters({ [ID]: identity })
    this.#registers.set(0x88, ...CALIBRATION)
    this.#registers.set(DATA, ...NOTHING_MEASURED)
    if (humidity !== undefined) {
      for (const [at, run] of Object.entries(humidity.calibration)) this.#registers.set(Number(at), ...run)
      this.#registers.set(DATA + 6, ...NO_HUMIDITY)
    }
    this.#humidity = 0
    this.#started = undefined
    this.#poweredAt = this.#environment.clock.monotonic()
  }

  #status(): number {
    const now = this.#environment.clock.monotonic()
    const measuring =
      this.#started !== undefined && now >= this.#started && now < this.#started + this.#duration()
    return (measuring ? 8 : 0) | (now < this.#poweredAt + START_UP ? 1 : 0)
  }

  /** Typical milliseconds of one measurement (9.1). */
  #duration(): number {
    const control = this.#registers.get(MEASURE)
    const part = (code: number, offset: number): number =>
      code === 0 ? 0 : 2 * (AVERAGED[code] ?? 0) + offset
    return 1 + part(control >> 5, 0) + part((control >> 2) & 7, 0.5) + part(this.#humidity, 0.5)
  }

  /** Applies the measurement that ended last. */
  #measure(): void {
    if (this.#started === undefined) return
    const duration = this.#duration()
    const age = this.#environment.clock.monotonic() - this.#started - duration
    if (age < 0) return
    const control = this.#registers.get(MEASURE)
    const normal = (control & 3) === 3
    const cycle = duration + (this.#variant.standby[this.#registers.get(CONFIG) >> 5] ?? 0)
    this.#latch(this.#environment.clock.now() - (normal ? age % cycle : age))
    if (!normal) this.#registers.set(MEASURE, control & ~3)
    this.#started = normal ? this.#started + cycle * (1 + Math.floor(age / cycle)) : undefined
  }

  #latch(at: number): void {
    const { ambient } = this.#environment
    const control = this.#registers.get(MEASURE)
    const temperature = temperatureCode(ambient.value('temperature', at))
    const pressure = pressureCode(ambient.value('pressure', at), temperature)
    const p = this.#resolved(pressure, (control >> 2) & 7)
    const t = this.#resolved(temperature, control >> 5)
    this.#registers.set(DATA, p >> 12, (p >> 4) & 0xff, (p << 4) & 0xf0)
    this.#registers.set(DATA + 3, t >> 12, (t >> 4) & 0xff, (t << 4) & 0xf0)
    const { humidity } = this.#variant
    if (humidity === undefined) return
    const h = this.#humidity === 0 ? 0x8000 : humidity.code(ambient.value('humidity', at), temperature)
    this.#registers.set(DATA + 6, h >> 8, h & 0xff)
  }

  /** 3.4.2: 16 bits and one more for each doubling; 20 bits where the filter is on. */
  #resolved(code: number, oversampling: number): number {
    if (oversampling === 0) return 0x80000
    const filtered = (this.#registers.get(CONFIG) & 0x1c) !== 0
    const unused = filtered ? 0 : 5 - Math.min(5, oversampling)
    return (code >> unused) << unused
  }
}
