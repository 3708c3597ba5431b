import {
  type I2cDevice,
  implausible,
  type MatchResult,
  type Measurement,
  notKept,
  type OpenContext,
  type Options,
  pollUntil,
  readWord,
  type Sensor,
  writeWord
} from '../../src/driver.ts'
import { hasLimits } from '../family/lm75/limits.ts'
import { celsius } from './convert.ts'
import {
  ALERT,
  CONFIGURATION,
  CONVERSION_MAX,
  CONVERSION_TYPICAL,
  EXTENDED,
  ONE_SHOT,
  RATE_4_HZ,
  RESERVED,
  RESOLUTION,
  SHUTDOWN,
  TEMPERATURE
} from './registers.ts'

const TIMING = { first: CONVERSION_TYPICAL, every: 3, deadline: 2 * CONVERSION_MAX }

/** The chip has no identity register: instead, constant bits of its configuration are checked. */
export async function open(
  device: I2cDevice,
  options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const found = await readWord(device, CONFIGURATION, { signal })
  if ((found & (RESOLUTION | RESERVED)) !== RESOLUTION) {
    throw implausible(device, found, 16, 'has the configuration', 'which no tmp102 can have')
  }
  return new Tmp102(device, clock, options['extended'] === true)
}

/**
 * Sleeps between samples and converts once for each: a value is never older than its sample and never the
 * 0 °C of power-on, and no configuration can be lost.
 */
class Tmp102 implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #configuration: number

  constructor(device: I2cDevice, clock: OpenContext['clock'], extended: boolean) {
    this.#device = device
    this.#clock = clock
    this.#configuration = RESOLUTION | SHUTDOWN | RATE_4_HZ | (extended ? EXTENDED : 0)
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    await writeWord(this.#device, CONFIGURATION, this.#configuration | ONE_SHOT, { signal })
    await pollUntil(this.#clock, this.#device, TIMING, signal, () => this.#converted(signal))
    const temperature = await readWord(this.#device, TEMPERATURE, { signal })
    return [{ quantity: 'temperature', value: celsius(temperature) }]
  }

  async close(): Promise<void> {}

  /** @throws SensorError where the chip does not have the configuration it was given */
  async #converted(signal: AbortSignal): Promise<true | undefined> {
    const found = await readWord(this.#device, CONFIGURATION, { signal })
    if ((found & ~(ONE_SHOT | ALERT)) !== this.#configuration)
      throw notKept(this.#device, found, this.#configuration, 16)
    return found & ONE_SHOT ? true : undefined
  }
}

/** The chip has no identity register: constant bits of the configuration, and the limits of power-on. */
export async function identify(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const word = await readWord(device, CONFIGURATION, { signal })
  const constant = (word & (RESOLUTION | RESERVED)) === RESOLUTION
  return constant && (await hasLimits(device, { signal })) ? 'maybe' : 'no'
}
