import {
  type ClockContext,
  type ClockStatus,
  type I2cDevice,
  pollUntil,
  SensorError,
  type TimeSource
} from '../../../src/driver.ts'

/** How the registers of a clock chip are read: all in one transfer, for which the chip latches them. */
export interface ClockRegisters {
  /** How many, from 00 on. */
  readonly count: number
  /** Whether the oscillator has stopped since the clock was set: then the time is not valid. */
  hasStopped(registers: Uint8Array): boolean
  /** Milliseconds since 1970; undefined where the registers are no date and time. */
  time(registers: Uint8Array): number | undefined
}

const UNKNOWN: ClockStatus = { quality: 2, offset: 0 }
const SECOND = 1000
/** Precision of the time in milliseconds; a smaller one would keep the bus busy. */
const PRECISION = 20
const WIRES = 'check the wires for loose contacts, and the type in the configuration'

/** Checks that the clock answers. @throws BusError; SensorError 'garbage', 'stuck' */
export async function openClockChip(
  device: I2cDevice,
  registers: ClockRegisters,
  context: ClockContext
): Promise<TimeSource> {
  const source = new ClockChipSource(device, registers, context)
  await source.read()
  return source
}

/** The time of a clock chip, taken when its seconds change: exact to PRECISION, and proof that it runs. */
class ClockChipSource implements TimeSource {
  readonly #device: I2cDevice
  readonly #registers: ClockRegisters
  readonly #clock: ClockContext['clock']
  readonly #signal: AbortSignal

  constructor(device: I2cDevice, registers: ClockRegisters, { clock, signal }: ClockContext) {
    this.#device = device
    this.#registers = registers
    this.#clock = clock
    this.#signal = signal
  }

  /**
   * Takes up to 1 s.
   * @throws BusError; SensorError 'not-ready' where the clock does not run, 'garbage', 'stuck'
   */
  async status(): Promise<ClockStatus> {
    const started = this.#clock.monotonic()
    const before = await this.read()
    if (before === undefined) return UNKNOWN
    const timing = { first: PRECISION, every: PRECISION, deadline: 1.5 * SECOND }
    const after = await pollUntil(this.#clock, this.#device, timing, this.#signal, async () => {
      const time = await this.read()
      return time === before ? undefined : { time }
    })
    if (after.time === undefined) return UNKNOWN
    const step = after.time - before
    if (step <= 0 || step > SECOND + this.#clock.monotonic() - started) {
      throw new SensorError('garbage', `${this.#device.label} jumped by ${step / SECOND} s`, { hint: WIRES })
    }
    return { quality: 1, offset: after.time - this.#clock.now() }
  }

  /** Milliseconds since 1970, in whole seconds; undefined where the oscillator has stopped. */
  async read(): Promise<number | undefined> {
    const { count, hasStopped, time } = this.#registers
    const registers = await this.#device.writeRead([0], count, { signal: this.#signal })
    const [first = 0] = registers
    const stuck = (first === 0 || first === 0xff) && registers.every((byte) => byte === first)
    if (!stuck && hasStopped(registers)) return undefined
    const read = stuck ? undefined : time(registers)
    if (read !== undefined) return read
    const found = Buffer.from(registers).toString('hex')
    throw new SensorError(
      stuck ? 'stuck' : 'garbage',
      `${this.#device.label} reads ${found} where date and time should be`,
      { hint: WIRES }
    )
  }
}
