import {
  ByteRegisters,
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment
} from '../../src/simulated.ts'
import { COEFFICIENTS, pressureCode, temperatureCode } from './model-transducer.ts'

const [MEASURE, SHIFTS, RESET, IDENTITY, SOURCE, TRIMMED] = [0x08, 0x09, 0x0c, 0x0d, 0x28, 0x32]
const WRITABLE = [0x06, 0x07, SHIFTS, 0x0e, 0x0f]

/** Where each of the two measurements has its registers and bits. */
interface Channel {
  readonly data: number
  readonly oversampling: number
  readonly ready: number
  readonly shift: number
}
const PRESSURE: Channel = { data: 0x00, oversampling: 0x06, ready: 0x10, shift: 0x04 }
const TEMPERATURE: Channel = { data: 0x03, oversampling: 0x07, ready: 0x20, shift: 0x08 }

/** Milliseconds after power-on or reset. */
const [SENSOR_READY, COEFFICIENTS_READY] = [12, 40]

export interface Dps310Variant {
  /** Whether it reads correctly without being trimmed. */
  readonly sound: boolean
  /** Which of its two temperature sensors the coefficients are for: 0 internal, 80 external. */
  readonly source: 0x00 | 0x80
}

/** A chip that reads 60 °C at 20 °C until it is trimmed. */
export const model: ChipModelFactory = (environment) =>
  new Dps310Model(environment, { sound: false, source: 0x80 })

/** Another variant of the same chip. */
export const variantModel =
  (variant: Dps310Variant): ChipModelFactory =>
  (environment) =>
    new Dps310Model(environment, variant)

/** The chip without its background mode and FIFO. */
class Dps310Model implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #variant: Dps310Variant
  #registers = new ByteRegisters()
  #poweredAt = 0
  #trimmed = false
  /** The current measurement and the monotonic time of its start. */
  #measuring: { readonly what: Channel; readonly since: number } | undefined

  constructor(environment: ModelEnvironment, variant: Dps310Variant) {
    this.#environment = environment
    this.#variant = variant
    this.#reset()
  }

  write([register, value]: Uint8Array): void {
    this.#catchUp()
    if (register === undefined) return
    this.#registers.pointer = register
    if (value === undefined) return
    if (WRITABLE.includes(register)) this.#registers.set(register, value)
    if (register === RESET && (value & 0x0f) === 9) this.#reset()
    if (register === MEASURE) this.#start(value & 7)
    if (register === 0x62) this.#trimmed ||= value === 2 && this.#isUnlocked()
  }

  read(count: number): Uint8Array {
    this.#catchUp()
    const first = this.#registers.pointer
    const bytes = this.#registers.read(count)
    for (const { data, ready } of [PRESSURE, TEMPERATURE]) {
      if (first <= data && data < first + count) this.#clear(ready)
    }
    return bytes
  }

  #isUnlocked(): boolean {
    return this.#registers.get(0x0e) === 0xa5 && this.#registers.get(0x0f) === 0x96
  }

  #reset(): void {
    this.#registers = new ByteRegisters({ [IDENTITY]: 0x10, [TRIMMED]: this.#variant.sound ? 2 : 0 })
    this.#poweredAt = this.#environment.clock.monotonic()
    this.#trimmed = this.#variant.sound
    this.#measuring = undefined
  }

  #start(control: number): void {
    const what = control === 1 ? PRESSURE : control === 2 ? TEMPERATURE : undefined
    const since = this.#environment.clock.monotonic()
    this.#measuring = what === undefined ? undefined : { what, since }
    this.#registers.set(MEASURE, (this.#registers.get(MEASURE) & ~7) | control)
  }

  #clear(bits: number): void {
    this.#registers.set(MEASURE, this.#registers.get(MEASURE) & ~bits)
  }

  #catchUp(): void {
    const now = this.#environment.clock.monotonic()
    const age = now - this.#poweredAt
    const started = (age >= SENSOR_READY ? 0x40 : 0) | (age >= COEFFICIENTS_READY ? 0x80 : 0)
    this.#registers.set(MEASURE, this.#registers.get(MEASURE) | started)
    if (age >= COEFFICIENTS_READY) {
      this.#registers.set(0x10, ...COEFFICIENTS)
      this.#registers.set(SOURCE, this.#variant.source | 0x10)
    }
    if (this.#measuring === undefined) return
    const { what, since } = this.#measuring
    const late = now - since - (2 + 1.6 * this.#averaged(what))
    if (late >= 0) this.#finish(what, this.#environment.clock.now() - late)
  }

  #averaged(what: Channel): number {
    return 2 ** (this.#registers.get(what.oversampling) & 7)
  }

  #finish(what: Channel, at: number): void {
    const code = what === PRESSURE ? this.#pressure(at) : this.#temperature(at)
    const shifted = (this.#registers.get(SHIFTS) & what.shift) !== 0
    // The sum of more than eight conversions has more than 24 bits.
    const word = (shifted ? Math.floor(code / 64) : code) & 0xffffff
    this.#registers.set(what.data, word >> 16, (word >> 8) & 0xff, word & 0xff)
    this.#measuring = undefined
    this.#registers.set(MEASURE, (this.#registers.get(MEASURE) & ~7) | what.ready)
  }

  #pressure(at: number): number {
    const { ambient } = this.#environment
    const averaged = this.#averaged(PRESSURE)
    const temperature = temperatureCode(ambient.value('temperature', at), averaged)
    return pressureCode(ambient.value('pressure', at), temperature, averaged)
  }

  #temperature(at: number): number {
    const celsius = this.#environment.ambient.value('temperature', at)
    const calibrated = (this.#registers.get(TEMPERATURE.oversampling) & 0x80) === this.#variant.source
    // The sensor that is not calibrated is taken to be 25 °C off, an untrimmed one 40.
    const seen = celsius + (this.#trimmed ? 0 : 40) - (calibrated ? 0 : 25)
    return temperatureCode(seen, this.#averaged(TEMPERATURE))
  }
}
