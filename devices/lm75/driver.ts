import {
  hex,
  type I2cDevice,
  implausible,
  type MatchResult,
  type Measurement,
  notKept,
  type OpenContext,
  type Options,
  readWord,
  type Sensor,
  view
} from '../../src/driver.ts'
import { hasLimits } from '../family/lm75/limits.ts'
import { celsius } from './convert.ts'
import {
  CONFIGURATION,
  PARTS,
  type Part,
  type PartIdentity,
  type PartName,
  TEMPERATURE
} from './registers.ts'

/** Without an identity register, the chip must keep the configuration that it gets. */
export async function open(
  type: PartName,
  device: I2cDevice,
  _options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  const part = PARTS[type]
  await checkPart(device, part, signal)
  const sensor = new Lm75(device, clock, part)
  await sensor.configure(part.asleep, signal)
  await sensor.checkConfiguration(part.asleep, signal)
  return sensor
}

async function checkPart(device: I2cDevice, { identity }: Part, signal: AbortSignal): Promise<void> {
  if (identity === undefined) return
  const { bits, value } = identity
  const found = await readIdentity(device, identity, signal)
  if (found === value) return
  const why = `where a chip of that type has ${hex(value, bits / 4)}`
  throw implausible(device, found, bits, 'has the identity', why)
}

/**
 * Sleeps between samples and converts for each: a value is never older than its sample. No bit shows the end
 * of a conversion: waits for its maximum time.
 */
class Lm75 implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']
  readonly #part: Part

  constructor(device: I2cDevice, clock: OpenContext['clock'], part: Part) {
    this.#device = device
    this.#clock = clock
    this.#part = part
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const { start, running, asleep, conversion, bits } = this.#part
    await this.configure(start, signal)
    await this.#clock.sleep(conversion, signal)
    // A chip that lost its power meanwhile has another configuration, and may not have converted. Checked
    // before and after, because the temperature has no checksum.
    await this.checkConfiguration(running, signal)
    const temperature = await readWord(this.#device, TEMPERATURE, { signal })
    await this.checkConfiguration(running, signal)
    await this.configure(asleep, signal)
    return [{ quantity: 'temperature', value: celsius(temperature, bits) }]
  }

  async close(): Promise<void> {}

  async configure(configuration: number, signal: AbortSignal): Promise<void> {
    await this.#device.write([CONFIGURATION, configuration], { signal })
  }

  /** @throws SensorError 'stuck', 'garbage' */
  async checkConfiguration(expected: number, signal: AbortSignal): Promise<void> {
    const [found = 0] = await this.#device.writeRead([CONFIGURATION], 1, { signal })
    if (found !== expected) throw notKept(this.#device, found, expected, 8)
  }
}

/** The contents of the identity register. */
async function readIdentity(
  device: I2cDevice,
  { register, bits }: PartIdentity,
  signal: AbortSignal
): Promise<number> {
  const bytes = view(await device.writeRead([register], bits / 8, { signal }))
  return bits === 8 ? bytes.getUint8(0) : bytes.getUint16(0)
}

/** Without an identity register: bits that are always 0, and the limits of power-on. */
export async function identify(
  type: PartName,
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const { identity, unused }: Part = PARTS[type]
  if (identity !== undefined)
    return (await readIdentity(device, identity, signal)) === identity.value ? 'sure' : 'no'
  const [first = 0, second = 0] = await device.writeRead([CONFIGURATION], 2, { signal })
  // A register of one byte is read again, or as ff; that of a tmp102 has a second byte of its own.
  const oneByte = second === first || second === 0xff
  return oneByte && (first & unused) === 0 && (await hasLimits(device, { signal })) ? 'maybe' : 'no'
}
