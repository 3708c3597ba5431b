import {
  checkIdentity,
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
  writeWord
} from '../../src/driver.ts'
import { celsius } from './convert.ts'
import * as chip from './registers.ts'

export async function open(
  device: I2cDevice,
  _options: Options,
  { clock, signal }: OpenContext
): Promise<Sensor> {
  await checkMaker(device, signal)
  const identity = await readWord(device, chip.IDENTITY, { signal })
  checkIdentity(device, identity >> 8, chip.MCP9808, chip.LOOK_ALIKES)
  await device.write([chip.RESOLUTION, chip.FINEST], { signal })
  return new Mcp9808(device, clock)
}

/** @throws SensorError 'stuck', 'garbage' */
async function checkMaker(device: I2cDevice, signal: AbortSignal): Promise<void> {
  const found = await readWord(device, chip.MANUFACTURER, { signal })
  if (found === chip.MICROCHIP) return
  const why = `where ${hex(chip.MICROCHIP, 4)} stands for Microchip`
  throw implausible(device, found, 16, 'has the manufacturer', why)
}

/**
 * Sleeps between samples and is woken for each: a value is never older than its sample. No bit shows the end
 * of a conversion: waits for its maximum time.
 */
class Mcp9808 implements Sensor {
  readonly #device: I2cDevice
  readonly #clock: OpenContext['clock']

  constructor(device: I2cDevice, clock: OpenContext['clock']) {
    this.#device = device
    this.#clock = clock
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    await writeWord(this.#device, chip.CONFIGURATION, chip.HYSTERESIS, { signal })
    await this.#clock.sleep(chip.CONVERSION, signal)
    const temperature = await readWord(this.#device, chip.TEMPERATURE, { signal })
    await this.#checkConfiguration(signal)
    // The temperature has no checksum: a register with a known value is read over the same wires.
    await checkMaker(this.#device, signal)
    await writeWord(this.#device, chip.CONFIGURATION, chip.HYSTERESIS | chip.SHUTDOWN, { signal })
    return [{ quantity: 'temperature', value: celsius(temperature) }]
  }

  async close(): Promise<void> {}

  /** A chip that lost its power meanwhile may not have converted. @throws SensorError */
  async #checkConfiguration(signal: AbortSignal): Promise<void> {
    const found = await readWord(this.#device, chip.CONFIGURATION, { signal })
    if ((found & ~chip.ALERT) !== chip.HYSTERESIS) throw notKept(this.#device, found, chip.HYSTERESIS, 16)
  }
}

export async function identify(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  if ((await readWord(device, chip.MANUFACTURER, { signal })) !== chip.MICROCHIP) return 'no'
  const identity = (await readWord(device, chip.IDENTITY, { signal })) >> 8
  const relative = chip.LOOK_ALIKES.get(identity)
  if (identity === chip.MCP9808) return 'sure'
  return relative === undefined ? 'no' : { relative }
}
