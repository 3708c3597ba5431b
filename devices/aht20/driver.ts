import {
  checkCrc,
  crc8,
  type I2cDevice,
  implausible,
  type MatchResult,
  type Measurement,
  type OpenContext,
  type Options,
  pollUntil,
  type Sensor,
  SensorError,
  view
} from '../../src/driver.ts'
import { celsius, relativeHumidity } from './convert.ts'
import * as chip from './registers.ts'

export async function openAht20(device: I2cDevice, _options: Options, context: OpenContext): Promise<Sensor> {
  return await opened(new Aht(device, context.clock, chip.INITIALISE_AHT20, checkedData), context)
}

export async function openAht10(device: I2cDevice, _options: Options, context: OpenContext): Promise<Sensor> {
  return await opened(new Aht(device, context.clock, chip.INITIALISE_AHT10, repeatedData), context)
}

/** The chip has no identity register: instead, it must accept its calibration. */
async function opened(sensor: Aht, { signal }: OpenContext): Promise<Sensor> {
  await sensor.initialise(signal)
  return sensor
}

/** Reads the data so that a disturbance is detected. @throws SensorError */
type ReadData = (device: I2cDevice, signal: AbortSignal) => Promise<Uint8Array>

class Aht implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #initialisation: readonly number[]
  readonly #read: ReadData

  constructor(
    device: I2cDevice,
    clock: OpenContext['clock'],
    initialisation: readonly number[],
    read: ReadData
  ) {
    this.#device = device
    this.#clock = clock
    this.#initialisation = initialisation
    this.#read = read
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    await this.initialise(signal)
    await this.#device.write(chip.MEASURE, { signal })
    await this.#untilIdle(chip.MEASUREMENT, signal)
    const data = await this.#read(this.#device, signal)
    // A chip that lost its power meanwhile is idle as well, without a measurement.
    if (!isCalibrated(view(data).getUint8(0))) {
      throw new SensorError('not-ready', `${this.#device.label} lost its power while it measured`)
    }
    return [
      { quantity: 'temperature', value: celsius(data) },
      { quantity: 'humidity', value: relativeHumidity(data) }
    ]
  }

  async close(): Promise<void> {}

  /** Loads the calibration if it is missing, as after a loss of power. */
  async initialise(signal: AbortSignal): Promise<void> {
    if (isCalibrated(await this.#status(signal))) return
    await this.#device.write(this.#initialisation, { signal })
    const status = await this.#untilIdle(chip.INITIALISATION, signal)
    if (isCalibrated(status)) return
    throw implausible(this.#device, status, 8, 'has the status', 'after its calibration was loaded')
  }

  async #untilIdle(timing: Parameters<typeof pollUntil>[2], signal: AbortSignal): Promise<number> {
    return await pollUntil(this.#clock, this.#device, timing, signal, async () => {
      const status = await this.#status(signal)
      return status & chip.BUSY ? undefined : status
    })
  }

  /** @throws SensorError 'stuck' where all bits are set, which would mean busy without end */
  async #status(signal: AbortSignal): Promise<number> {
    const status = view(await this.#device.read(1, { signal })).getUint8(0)
    if (status !== chip.NO_STATUS) return status
    throw implausible(this.#device, status, 8, 'has the status', 'which no chip of that type can have')
  }
}

function isCalibrated(status: number): boolean {
  return (status & chip.CALIBRATED) !== 0
}

/** Of the aht20: the data are followed by their CRC. */
async function checkedData(device: I2cDevice, signal: AbortSignal): Promise<Uint8Array> {
  const answer = await device.read(chip.DATA_LENGTH + 1, { signal })
  const data = answer.subarray(0, chip.DATA_LENGTH)
  checkCrc(device, answer, Uint8Array.of(...data, crc8(data, chip.CRC_INITIAL)))
  return data
}

/** Of the aht10: it has no CRC, but returns the same data each time they are read. */
async function repeatedData(device: I2cDevice, signal: AbortSignal): Promise<Uint8Array> {
  const data = await device.read(chip.DATA_LENGTH, { signal })
  const again = await device.read(chip.DATA_LENGTH, { signal })
  if (Buffer.compare(data, again) === 0) return data
  const found = `${Buffer.from(data).toString('hex')}, then ${Buffer.from(again).toString('hex')}`
  throw new SensorError('garbage', `${device.label} returns one measurement as ${found}`, {
    hint: 'check the wires for loose contacts and their length'
  })
}

/** A read without a command returns the status. A write would set the pins of a port expander at this address. */
export async function identify(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const [status] = await device.read(1, { signal })
  return status === chip.NO_STATUS ? 'no' : 'maybe'
}
