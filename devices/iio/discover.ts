import {
  type Discovery,
  defined,
  KernelFiles,
  type OpenContext,
  placesOf,
  type Sysfs,
  sysfsEntries
} from '../../src/driver.ts'
import { channelsIn } from './channels.ts'
import { devices } from './files.ts'

/** Every device with something to measure that has a quantity here. */
export async function discover(
  sysfs: Sysfs,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<readonly Discovery[]> {
  const files = new KernelFiles(sysfs, clock, 'iio')
  const deviceClass = devices()
  const all = await sysfsEntries(files, deviceClass, signal)
  const places = await placesOf(sysfs, '', deviceClass.entry)
  const found: Discovery[] = []
  for (const { path, name } of all) {
    const channels = channelsIn(await files.list(path), name).join(' ')
    if (channels === '') continue
    const alone = all.filter((other) => other.name === name).length === 1
    const place = places.get(path.slice(deviceClass.folder.length + 1))
    const options = { device: name, channels }
    found.push({
      name,
      about: `iio device ${name}: ${channels.replaceAll(' ', ', ')}`,
      options: alone ? options : place === undefined ? undefined : { ...options, at: place },
      ...defined({ chip: place })
    })
  }
  return found
}
