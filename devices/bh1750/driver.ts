import {
  type I2cDevice,
  implausible,
  type Measurement,
  type OpenContext,
  type Options,
  type Sensor,
  SensorError,
  view
} from '../../src/driver.ts'
import { lux } from './convert.ts'
import * as chip from './registers.ts'

/** Every byte is a command and only the result can be read: the chip is recognised by clearing the result. */
export async function open(
  device: I2cDevice,
  options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const resolution = options['resolution'] === 'high2' ? 'high2' : 'high'
  const sensor = new Bh1750(device, clock, resolution, Number(options['mtreg']))
  await sensor.clear(signal)
  return sensor
}

/** Powered down between samples, and gets all settings for each: no configuration can be lost. */
class Bh1750 implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #resolution: chip.Resolution
  readonly #time: number

  constructor(device: I2cDevice, clock: OpenContext['clock'], resolution: chip.Resolution, time: number) {
    this.#device = device
    this.#clock = clock
    this.#resolution = resolution
    this.#time = time
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    // 0 is also the result of a chip that lost its power meanwhile; in darkness, two measurements are 0.
    const count = (await this.#measure(signal)) || (await this.#measure(signal))
    return [{ quantity: 'illuminance', value: lux(count, this.#time, this.#resolution) }]
  }

  async close(): Promise<void> {}

  /** @throws SensorError where the result is not 0 after it was cleared */
  async clear(signal: AbortSignal): Promise<void> {
    await this.#device.write([chip.POWER_ON], { signal })
    await this.#device.write([chip.RESET], { signal })
    const cleared = await this.#result(signal)
    if (cleared !== 0) throw implausible(this.#device, cleared, 16, 'reads', 'after its result was cleared')
  }

  /** No bit shows the end of a measurement: waits for its maximum time. */
  async #measure(signal: AbortSignal): Promise<number> {
    await this.clear(signal)
    await this.#device.write([chip.TIME_HIGH | (this.#time >> 5)], { signal })
    await this.#device.write([chip.TIME_LOW | (this.#time & 0x1f)], { signal })
    await this.#device.write([chip.ONCE[this.#resolution]], { signal })
    await this.#clock.sleep((chip.MEASUREMENT_MAX * this.#time) / chip.TIME_USUAL, signal)
    const count = await this.#result(signal)
    if (count < 0xffff) return count
    throw new SensorError(
      'out-of-range',
      `${this.#device.label} has too much light: its result is at full scale`,
      {
        hint: 'shade it, or set a smaller mtreg and resolution: high'
      }
    )
  }

  async #result(signal: AbortSignal): Promise<number> {
    return view(await this.#device.read(2, { signal })).getUint16(0)
  }
}
