import {
  type Clock,
  checkIdentity,
  hex,
  type I2cDevice,
  type MatchResult,
  type Measurement,
  type OpenContext,
  type Options,
  pollUntil,
  type Sensor,
  SensorError
} from '../../../src/driver.ts'
import { isCalibrated, looksSkipped, type PressureCalibration } from './compensation.ts'
import * as chip from './registers.ts'

/** What distinguishes the chips of the family. */
export interface Bosch280Chip<Calibration extends PressureCalibration> {
  readonly identity: number
  /** Chips that share the addresses and the identity register, by the datasheets of each. */
  readonly lookAlikes: ReadonlyMap<number, string>
  /** Temperature and pressure, or these and humidity. */
  readonly values: 2 | 3
  readCalibration(device: I2cDevice, signal: AbortSignal): Promise<Calibration>
  /** @param data registers F7 to FC, or to FE with humidity */
  measurements(data: Uint8Array, calibration: Calibration): readonly Measurement[]
}

/** A multiplexer of the same address takes the byte as its control register, which connects channels [SCPS207]. */
const NO_CHANNELS = 0x00

/**
 * A code that stands for a value that was not measured may have been measured (26.46 °C with the calibration
 * of the datasheet): the chip measures again so often before that becomes a fault. Noise moves a real value.
 */
const MEASURED_AGAIN = 2

const WIRES = 'check the wires for loose contacts and their length'

export async function openBosch280<Calibration extends PressureCalibration>(
  device: I2cDevice,
  options: Options,
  { clock, signal }: OpenContext,
  which: Bosch280Chip<Calibration>
): Promise<Sensor> {
  const sensor = new Bosch280(device, clock, options, which)
  await sensor.configure(signal)
  return sensor
}

/** A BMP280 or BME280. In forced mode it sleeps between samples and measures once for each. */
class Bosch280<Calibration extends PressureCalibration> implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: Clock
  readonly #chip: Bosch280Chip<Calibration>
  readonly #forced: boolean
  /** Values of the registers F2, F4 and F5; all differ from the 0 of power-on. */
  readonly #humidity: number
  readonly #measure: number
  readonly #filter: number
  readonly #measurementTime: number
  #calibration: Calibration | undefined

  /** @param options those of options.ts */
  constructor(device: I2cDevice, clock: Clock, options: Options, which: Bosch280Chip<Calibration>) {
    const oversampling = Number(options['oversampling'])
    const code = chip.OVERSAMPLING.indexOf(oversampling)
    this.#device = device
    this.#clock = clock
    this.#chip = which
    this.#forced = options['mode'] === 'forced'
    this.#humidity = code
    this.#measure = (code << 5) | (code << 2) | (this.#forced ? chip.SLEEP : chip.NORMAL)
    this.#filter = (chip.STANDBY_CODE << 5) | (chip.FILTER.indexOf(Number(options['iir'])) << 2)
    this.#measurementTime = chip.measurementTime(oversampling, which.values)
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const kept = (await this.#isConfigured(signal)) ? this.#calibration : undefined
    const calibration = kept ?? (await this.configure(signal))
    if (this.#forced) await this.#measureOnce(signal)
    let data = await this.#read(signal)
    for (let again = 0; looksSkipped(data); again++) {
      if (!(await this.#isConfigured(signal)))
        throw new SensorError('not-ready', `${this.#device.label} lost its power while it measured`)
      if (again === MEASURED_AGAIN) throw this.#skipped(data)
      await (this.#forced
        ? this.#measureOnce(signal)
        : this.#clock.sleep(chip.STANDBY + this.#measurementTime, signal))
      data = await this.#read(signal)
    }
    return this.#chip.measurements(data, calibration)
  }

  async #read(signal: AbortSignal): Promise<Uint8Array> {
    return await this.#device.writeRead([chip.DATA], this.#chip.values === 3 ? 8 : 6, { signal })
  }

  #skipped(data: Uint8Array): SensorError {
    const found = Buffer.from(data).toString('hex')
    return new SensorError(
      'garbage',
      `${this.#device.label} reads ${found}, measurement after measurement: with a value that it has not measured`,
      { hint: 'power it off and on; if that does not help, the chip is damaged: replace it' }
    )
  }

  async close(): Promise<void> {}

  /** Checks the identity, resets the chip, reads its calibration and writes the settings. */
  async configure(signal: AbortSignal): Promise<Calibration> {
    // The calibration of a chip that was exchanged must not be used, even if what follows fails.
    this.#calibration = undefined
    const [identity = 0] = await this.#device.writeRead([chip.IDENTITY], 1, { signal })
    checkIdentity(this.#device, identity, this.#chip.identity, this.#chip.lookAlikes)
    await this.#device.write([chip.RESET, chip.RESET_WORD], { signal })
    await this.#untilClear(chip.LOADING_CALIBRATION, chip.START_UP, signal)
    const calibration = await this.#readCalibration(signal)
    await this.#device.write(this.#settings(), { signal })
    if (!(await this.#isConfigured(signal))) {
      throw new SensorError('garbage', `${this.#device.label} does not keep its settings`, { hint: WIRES })
    }
    if (!this.#forced) await this.#clock.sleep(this.#measurementTime, signal)
    this.#calibration = calibration
    return calibration
  }

  /** Pairs of register and value. */
  #settings(): number[] {
    const common = [chip.CONFIGURATION, this.#filter, chip.CONTROL_MEASURE, this.#measure]
    return this.#chip.values === 3 ? [chip.CONTROL_HUMIDITY, this.#humidity, ...common] : common
  }

  /** After a loss of power, and where another chip was put in its place, the registers are 0. */
  async #isConfigured(signal: AbortSignal): Promise<boolean> {
    const first = this.#chip.values === 3 ? chip.CONTROL_HUMIDITY : chip.STATUS
    const found = await this.#device.writeRead([first], chip.CONFIGURATION - first + 1, { signal })
    const [filter, measure = 0, , humidity = this.#humidity] = found.toReversed()
    const settings = this.#forced ? measure & ~chip.NORMAL : measure
    return humidity === this.#humidity && settings === this.#measure && filter === this.#filter
  }

  async #readCalibration(signal: AbortSignal): Promise<Calibration> {
    const calibration = await this.#chip.readCalibration(this.#device, signal)
    if (isCalibrated(calibration)) return calibration
    throw new SensorError('not-calibrated', `${this.#device.label} has no calibration in its memory`, {
      hint: 'the chip is damaged or a counterfeit: replace it'
    })
  }

  async #measureOnce(signal: AbortSignal): Promise<void> {
    await this.#device.write([chip.CONTROL_MEASURE, this.#measure | chip.FORCED], { signal })
    await this.#untilClear(chip.MEASURING, this.#measurementTime, signal)
  }

  /** @param first milliseconds after which the bit of the status should be clear */
  async #untilClear(bit: number, first: number, signal: AbortSignal): Promise<void> {
    const timing = { first, every: 2, deadline: 2 * first + 20 }
    await pollUntil(this.#clock, this.#device, timing, signal, async () => {
      const [status = bit] = await this.#device.writeRead([chip.STATUS], 1, { signal })
      return (status & bit) === 0 || undefined
    })
  }
}

/** @param lookAlikes identities of chips that share address and register, and their names */
export async function identifyBosch280(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>,
  expected: number,
  lookAlikes: ReadonlyMap<number, string>
): Promise<MatchResult> {
  const [found = 0] = await device.writeRead([chip.IDENTITY], 1, { signal })
  if (found === expected) return 'sure'
  const relative = lookAlikes.get(found)
  if (relative !== undefined) return { relative }
  if (found !== chip.IDENTITY) return 'no'
  await device.write([NO_CHANNELS], { signal })
  return { relative: `tca9548a multiplexer: it keeps the ${hex(chip.IDENTITY, 2)} that it was sent` }
}
