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
  // Where that is not allowed or too old a kernel, the scratchpad tells a loss of power as well.
  await sysfs.write(`${folder}/${FEATURES}`, CHECK_POWER_ON).catch(() => {})
  signal.throwIfAborted()
  return new W1Thermometer(files, `${folder}/${SCRATCHPAD}`)
}

/** Each read of the file is a conversion: a value is never older than its sample. */
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

  /** The kernel tells no error for most that can go wrong. @throws SensorError */
  #checked(text: string): Scratchpad {
    if (text === '') throw this.#files.error('bad-crc', 'answers nothing that has a fitting checksum', WIRES)
    const scratchpad = parseScratchpad(text)
    if (scratchpad === undefined) {
      const found = JSON.stringify(text.slice(0, 60))
      throw this.#files.error('garbage', `has ${found} where nine bytes should be`, 'is its driver w1_therm?')
    }
    if (!scratchpad.crcFits) {
      throw this.#files.error('bad-crc', 'answers bytes whose checksum does not fit', WIRES)
    }
    if (isShorted(scratchpad)) {
      throw this.#files.error('stuck', 'answers nothing but zeros', 'its data line is shorted to ground')
    }
    if (!isPowerOn(scratchpad)) return scratchpad
    const hint = 'give it 3 to 5 V by a wire of its own, or a stronger pull-up for parasite power'
    throw this.#files.error('not-ready', 'lost its power while it measured: it tells 85 °C of power-on', hint)
  }
}
