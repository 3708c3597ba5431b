import {
  KernelFiles,
  type Measurement,
  type OpenContext,
  type Options,
  type Sensor,
  type Sysfs
} from '../../src/driver.ts'
import { isPowerOn, isShorted, parseScratchpad, type Scratchpad } from './convert.ts'
import { CHECK_POWER_ON, DEVICES, FAMILIES, FEATURES, SCRATCHPAD } from './files.ts'

const WIRES = 'check the wires, their length, and the pull-up resistor of 4.7 kohm'

export async function open(sysfs: Sysfs, options: Options, { clock, signal }: OpenContext): Promise<Sensor> {
  const id = String(options['id'])
  const files = new KernelFiles(sysfs, clock, `${FAMILIES[id.slice(0, 2)]} ${id}`)
  const folder = `${DEVICES}/${id}`
  // Where it is not permitted, or the kernel is too old, the scratchpad shows a loss of power as well.
  await sysfs.write(`${folder}/${FEATURES}`, CHECK_POWER_ON).catch(() => {})
  signal.throwIfAborted()
  return new W1Thermometer(files, `${folder}/${SCRATCHPAD}`)
}

/** Each read of the file starts a conversion: a value is never older than its sample. */
class W1Thermometer implements Sensor {
  readonly #files: KernelFiles
  readonly #path: string

  constructor(files: KernelFiles, path: string) {
    this.#files = files
    this.#path = path
  }

  async sample(signal: AbortSignal): Promise<readonly Measurement[]> {
    const { celsius } = this.#checked(await this.#files.text(this.#path, signal))
    return [{ quantity: 'temperature', value: celsius }]
  }

  async close(): Promise<void> {}

  /** The kernel reports few of the possible errors. @throws SensorError */
  #checked(text: string): Scratchpad {
    if (text === '') throw this.#files.error('bad-crc', 'returns nothing with a correct checksum', WIRES)
    const scratchpad = parseScratchpad(text)
    if (scratchpad === undefined) {
      const found = JSON.stringify(text.slice(0, 60))
      throw this.#files.error('garbage', `has ${found} where nine bytes should be`, 'is its driver w1_therm?')
    }
    if (!scratchpad.crcFits) {
      throw this.#files.error('bad-crc', 'returns bytes with a wrong checksum', WIRES)
    }
    if (isShorted(scratchpad)) {
      throw this.#files.error('stuck', 'returns only zeros', 'its data line is shorted to ground')
    }
    if (!isPowerOn(scratchpad)) return scratchpad
    const hint = 'supply 3 to 5 V by a separate wire, or use a stronger pull-up for parasite power'
    throw this.#files.error(
      'not-ready',
      'lost its power while it measured: it returns the 85 °C of power-on',
      hint
    )
  }
}
