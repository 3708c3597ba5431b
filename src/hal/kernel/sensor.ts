import { measureEach } from '../driver-kit/measure-each.ts'
import type { Measure, Measurement, MissingMeasurement, Sensor } from '../sensor.ts'
import type { SysfsFolder } from './sysfs-class.ts'

/** Reads one channel in the folder of its device. @throws SensorError */
export type ReadChannel<M extends Measure> = (
  folder: string,
  channel: M,
  signal: AbortSignal
) => Promise<number>

/** A device with a kernel driver. Its folder is checked for each sample, and no value is cached. */
export class KernelSensor<M extends Measure> implements Sensor {
  readonly #folder: SysfsFolder
  readonly #channels: readonly M[]
  readonly #read: ReadChannel<M>

  constructor(folder: SysfsFolder, channels: readonly M[], read: ReadChannel<M>) {
    this.#folder = folder
    this.#channels = channels
    this.#read = read
  }

  async sample(signal: AbortSignal): Promise<readonly (Measurement | MissingMeasurement)[]> {
    const folder = await this.#folder.path(signal)
    return await measureEach(this.#channels, signal, (channel) => this.#read(folder, channel, signal))
  }

  async close(): Promise<void> {}
}
