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

/** Every byte is a command and nothing can be read but the result: what is there shows by clearing that. */
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

/** Powered down between samples, and told everything for each: there is no configuration to be lost. */
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
    // Nothing is also what a chip gives that lost its power meanwhile: darkness shows it twice.
    const count = (await this.#measure(signal)) || (await this.#measure(signal))
    return [{ quantity: 'illuminance', value: lux(count, this.#time, this.#resolution) }]
  }

  async close(): Promise<void> {}

  /** @throws SensorError where the result is not what clearing makes it */
  async clear(signal: AbortSignal): Promise<void> {
    await this.#device.write([chip.POWER_ON], { signal })
    await this.#device.write([chip.RESET], { signal })
    const cleared = await this.#result(signal)
    if (cleared !== 0) throw implausible(this.#device, cleared, 16, 'reads', 'after its result was cleared')
  }

  /** No bit tells when it is done, so the greatest time is waited for. */
  async #measure(signal: AbortSignal): Promise<number> {
    await this.clear(signal)
    await this.#device.write([chip.TIME_HIGH | (this.#time >> 5)], { signal })
    await this.#device.write([chip.TIME_LOW | (this.#time & 0x1f)], { signal })
    await this.#device.write([chip.ONCE[this.#resolution]], { signal })
    await this.#clock.sleep((chip.MEASUREMENT_GREATEST * this.#time) / chip.TIME_USUAL, signal)
    const count = await this.#result(signal)
    if (count < 0xffff) return count
    throw new SensorError('out-of-range', `${this.#device.label} is dazzled: its result is full`, {
      hint: 'shade it, or set a smaller mtreg and resolution: high'
    })
  }

  async #result(signal: AbortSignal): Promise<number> {
    return view(await this.#device.read(2, { signal })).getUint16(0)
  }
}
