import {
  type I2cDevice,
  implausible,
  type Measurement,
  notKept,
  type OpenContext,
  type Options,
  pollUntil,
  type Sensor
} from 'kith/driver'
import { celsius } from './convert.ts'
import { CONFIGURATION, CONVERSION, GIVEN_UP, READY, STANDBY, TEMPERATURE } from './registers.ts'

const TIMING = { first: CONVERSION, every: 20, deadline: GIVEN_UP }

/** Checks that the chip is a tc74. It has no identity register: instead, some bits must read 0. */
export async function open(device: I2cDevice, options: Options, context: OpenContext): Promise<Sensor> {
  const sensor = new Tc74(device, context.clock, options['sleep'] === true)
  await sensor.configuration(context.signal)
  return sensor
}

class Tc74 implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #sleeps: boolean

  constructor(device: I2cDevice, clock: OpenContext['clock'], sleeps: boolean) {
    this.#device = device
    this.#clock = clock
    this.#sleeps = sleeps
  }

  /** Standby clears the ready bit, so that a value is never older than its sample. */
  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    await this.#configure(STANDBY, signal)
    await this.#configure(0, signal)
    await pollUntil(this.#clock, this.#device, TIMING, signal, async () => {
      return (await this.configuration(signal)) === READY ? true : undefined
    })
    const register = await this.#read(TEMPERATURE, signal)
    if (this.#sleeps) await this.#configure(STANDBY, signal)
    return [{ quantity: 'temperature', value: celsius(register) }]
  }

  async close(): Promise<void> {}

  /** @throws SensorError where bits are set that always read 0 */
  async configuration(signal: AbortSignal): Promise<number> {
    const found = await this.#read(CONFIGURATION, signal)
    if ((found & ~(STANDBY | READY)) === 0) return found
    throw implausible(this.#device, found, 8, 'has the configuration', 'which no tc74 can have')
  }

  /** @throws SensorError where the chip did not keep it: without checksums, it is read back */
  async #configure(configuration: number, signal: AbortSignal): Promise<void> {
    await this.#device.write([CONFIGURATION, configuration], { signal })
    const found = (await this.configuration(signal)) & STANDBY
    if (found !== configuration) throw notKept(this.#device, found, configuration, 8)
  }

  async #read(register: number, signal: AbortSignal): Promise<number> {
    const [byte = 0] = await this.#device.writeRead([register], 1, { signal })
    return byte
  }
}
