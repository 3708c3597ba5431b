import {
  checkIdentity,
  type I2cDevice,
  type MatchResult,
  type Measurement,
  type OpenContext,
  type Options,
  pollUntil,
  type Sensor,
  SensorError
} from '../../src/driver.ts'
import { type Coefficients, compensate, isCalibrated, parseCoefficients, parseRaw } from './convert.ts'
import * as chip from './registers.ts'

/** Constants of the individual chip. */
interface Calibration {
  readonly coefficients: Coefficients
  /** Bit 7 of COEFFICIENT_SOURCE. */
  readonly source: number
}

export async function open(
  device: I2cDevice,
  options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const sensor = new Dps310(device, clock, Number(options['oversampling']))
  await sensor.configure(signal)
  return sensor
}

/** Sleeps between samples and measures temperature, then pressure, once for each. */
class Dps310 implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #oversampling: number
  readonly #code: number
  #calibration: Calibration | undefined

  constructor(device: I2cDevice, clock: OpenContext['clock'], oversampling: number) {
    this.#device = device
    this.#clock = clock
    this.#oversampling = oversampling
    this.#code = chip.OVERSAMPLING.indexOf(oversampling)
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const calibration = (await this.#configured(signal)) ?? (await this.configure(signal))
    const raw = {
      temperature: await this.#measure(
        chip.MEASURE_TEMPERATURE,
        chip.TEMPERATURE_READY,
        chip.TEMPERATURE,
        signal
      ),
      pressure: await this.#measure(chip.MEASURE_PRESSURE, chip.PRESSURE_READY, chip.PRESSURE, signal)
    }
    if ((await this.#configured(signal)) === undefined) {
      throw new SensorError('not-ready', `${this.#device.label} lost its settings while it measured`)
    }
    const values = compensate(raw, this.#code, calibration.coefficients)
    return [
      { quantity: 'temperature', value: values.temperature },
      { quantity: 'pressure', value: values.pressure }
    ]
  }

  async close(): Promise<void> {}

  /** Checks the identity, resets the chip, reads its calibration and writes the settings. */
  async configure(signal: AbortSignal): Promise<Calibration> {
    // The calibration of a chip that was exchanged must not be used, even if what follows fails.
    this.#calibration = undefined
    checkIdentity(this.#device, await this.#read(chip.IDENTITY, signal), chip.DPS310)
    await this.#write(chip.RESET, chip.SOFT_RESET, signal)
    const started = chip.SENSOR_READY | chip.COEFFICIENTS_READY
    await this.#until(started, { first: chip.START_UP, every: 5, deadline: 3 * chip.START_UP }, signal)
    const calibration = await this.#readCalibration(signal)
    await this.#trim(signal)
    for (const [register, value] of this.#settings(calibration)) await this.#write(register, value, signal)
    this.#calibration = calibration
    if ((await this.#configured(signal)) !== undefined) return calibration
    this.#calibration = undefined
    throw new SensorError('garbage', `${this.#device.label} does not keep its settings`, {
      hint: 'check the wires for loose contacts and their length'
    })
  }

  #settings({ source }: Calibration): readonly (readonly [register: number, value: number])[] {
    const shift = this.#oversampling > 8 ? chip.TEMPERATURE_SHIFT | chip.PRESSURE_SHIFT : 0
    return [
      [chip.PRESSURE_CONFIGURATION, chip.RATE | this.#code],
      [chip.TEMPERATURE_CONFIGURATION, source | chip.RATE | this.#code],
      [chip.CONFIGURATION, shift]
    ]
  }

  /**
   * The calibration of a chip that still has its settings; undefined where it has not. Reads all registers up
   * to the settings, which clears the ready bits of an abandoned measurement.
   */
  async #configured(signal: AbortSignal): Promise<Calibration | undefined> {
    const calibration = this.#calibration
    if (calibration === undefined) return undefined
    const found = await this.#device.writeRead([chip.PRESSURE], chip.CONFIGURATION + 1, { signal })
    const kept = this.#settings(calibration).every(([register, value]) => found[register] === value)
    return kept ? calibration : undefined
  }

  async #readCalibration(signal: AbortSignal): Promise<Calibration> {
    const bytes = await this.#device.writeRead([chip.COEFFICIENTS], chip.COEFFICIENTS_LENGTH, { signal })
    const coefficients = parseCoefficients(bytes)
    if (!isCalibrated(coefficients)) {
      throw new SensorError('not-calibrated', `${this.#device.label} has no coefficients in its memory`, {
        hint: 'the chip is damaged or a counterfeit: replace it'
      })
    }
    return { coefficients, source: (await this.#read(chip.COEFFICIENT_SOURCE, signal)) & chip.SOURCE }
  }

  async #trim(signal: AbortSignal): Promise<void> {
    if ((await this.#read(chip.TRIMMED, signal)) & chip.TRIMMED_BIT) return
    for (const [register, value] of chip.TRIMMING) await this.#write(register, value, signal)
  }

  async #measure(start: number, ready: number, register: number, signal: AbortSignal): Promise<number> {
    await this.#write(chip.MEASURE, start, signal)
    const first = chip.measurementTime(this.#oversampling)
    await this.#until(ready, { first, every: 2, deadline: 2 * first + 20 }, signal)
    return parseRaw(await this.#device.writeRead([register], 3, { signal }))
  }

  async #until(
    bits: number,
    timing: { first: number; every: number; deadline: number },
    signal: AbortSignal
  ): Promise<void> {
    await pollUntil(this.#clock, this.#device, timing, signal, async () => {
      const status = await this.#read(chip.MEASURE, signal)
      return (status & bits) === bits || undefined
    })
  }

  async #read(register: number, signal: AbortSignal): Promise<number> {
    const [value = 0] = await this.#device.writeRead([register], 1, { signal })
    return value
  }

  async #write(register: number, value: number, signal: AbortSignal): Promise<void> {
    await this.#device.write([register, value], { signal })
  }
}

export async function identify(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const [found] = await device.writeRead([chip.IDENTITY], 1, { signal })
  return found === chip.DPS310 ? 'sure' : 'no'
}
