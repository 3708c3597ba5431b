import {
  KernelFiles,
  KernelSensor,
  type Measure,
  type OpenContext,
  type Options,
  type Sensor,
  type Sysfs,
  SysfsFolder
} from '../../src/driver.ts'
import { MILLIDEGREES, TEMPERATURE, ZONES } from './files.ts'

const MEASURES: readonly Measure[] = [{ quantity: 'temperature' }]

export async function open(sysfs: Sysfs, options: Options, { clock, signal }: OpenContext): Promise<Sensor> {
  const zone = String(options['zone'])
  const files = new KernelFiles(sysfs, clock, `thermal zone ${zone}`)
  const folder = new SysfsFolder(files, ZONES, zone, 'measure it through hwmon or iio, where it is there')
  await folder.path(signal)
  return new KernelSensor(folder, MEASURES, (path, _measure, signal) =>
    files.number(`${path}/${TEMPERATURE}`, signal, MILLIDEGREES)
  )
}
