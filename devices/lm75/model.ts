import {
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment,
  WordRegisters
} from '../../src/simulated.ts'

const [TEMPERATURE, CONFIGURATION, HYSTERESIS, LIMIT] = [0, 1, 2, 3]

/** What differs between the makers' chips. */
interface Make {
  /** Milliseconds of a conversion, typical, and bits of its result, by bits 6 and 5 of the configuration. */
  readonly conversions: readonly (readonly [time: number, bits: number])[]
  /** Bits of the configuration that can be written, of which one may start a conversion. */
  readonly writable: number
  readonly oneShot: number
  /** Identity registers. */
  readonly identity?: Readonly<Record<number, number>>
}

const nineBits: Make = { conversions: [[100, 9]], writable: 0x1f, oneShot: 0 }
/** SBOS288 table "resolution" and SLLS648: 9 bits after power-on. */
const tmp: Make = {
  conversions: [
    [27.5, 9],
    [55, 10],
    [110, 11],
    [220, 12]
  ],
  writable: 0x7f,
  oneShot: 0x80
}

const made =
  (make: Make): ChipModelFactory =>
  (environment) =>
    new Lm75Model(environment, make)

export const lm75 = made(nineBits)
export const lm75a = made({ ...nineBits, identity: { 7: 0xa1a1 } })
export const lm75b = made({ conversions: [[100, 11]], writable: 0x1f, oneShot: 0 })
export const tmp105 = made(tmp)
export const tmp75 = made(tmp)
/** SBOS854: the two bits are a rate, all conversions have 12 bits and last 5.5 ms. */
export const tmp1075 = made({ ...tmp, conversions: [[5.5, 12]], identity: { 15: 0x7500 } })

class Lm75Model implements ChipModel {
  readonly #environment: ModelEnvironment
  readonly #make: Make
  /** After power-on; the one byte of the configuration is read again and again. */
  readonly #registers: WordRegisters
  /** Monotonic time at which the conversion under way started; undefined when asleep. */
  #started: number | undefined

  constructor(environment: ModelEnvironment, make: Make) {
    this.#environment = environment
    this.#make = make
    this.#registers = new WordRegisters({
      [TEMPERATURE]: 0x0000,
      [CONFIGURATION]: 0x0000,
      [HYSTERESIS]: 0x4b00,
      [LIMIT]: 0x5000,
      ...make.identity
    })
    this.#started = environment.clock.monotonic()
  }

  write(bytes: Uint8Array): void {
    this.#convert()
    const written = this.#registers.write(bytes, [CONFIGURATION, HYSTERESIS, LIMIT])
    if (written === CONFIGURATION) this.#configure(bytes[1] ?? 0)
  }

  read(count: number): Uint8Array {
    this.#convert()
    return this.#registers.read(count)
  }

  /** A one-shot bit reads 0; a conversion under way goes on when the chip is woken or put to sleep. */
  #configure(byte: number): void {
    const { writable, oneShot } = this.#make
    this.#registers.set(CONFIGURATION, (byte & writable) * 0x0101)
    if ((byte & 1) === 0 || (byte & oneShot) !== 0) this.#started ??= this.#environment.clock.monotonic()
  }

  /** Applies the conversion that ended last. */
  #convert(): void {
    if (this.#started === undefined) return
    const { clock, ambient } = this.#environment
    const configuration = this.#registers.get(CONFIGURATION) & 0xff
    const { conversions } = this.#make
    const [period, bits] = conversions[(configuration >> 5) & 3] ?? conversions[0] ?? [100, 9]
    const age = clock.monotonic() - this.#started
    if (age < period) return
    const asleep = (configuration & 1) !== 0
    const late = asleep ? age - period : age % period
    this.#started = asleep ? undefined : clock.monotonic() - late
    const celsius = Math.min(127.9375, Math.max(-55, ambient.value('temperature', clock.now() - late)))
    this.#registers.set(TEMPERATURE, Math.round(celsius * 2 ** (bits - 8)) << (16 - bits))
  }
}
