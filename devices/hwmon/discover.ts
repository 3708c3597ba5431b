import {
  type Discovery,
  defined,
  KernelFiles,
  type OpenContext,
  placesOf,
  type Sysfs,
  type SysfsEntry,
  sysfsEntries
} from '../../src/driver.ts'
import { channelsIn } from './channels.ts'
import { BELOW, chips, OTHERS } from './files.ts'

/** Every chip with something to measure, except 1-wire sensors and thermal zones, which have drivers of their own. */
export async function discover(
  sysfs: Sysfs,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<readonly Discovery[]> {
  const files = new KernelFiles(sysfs, clock, 'hwmon')
  const chipClass = chips()
  const all = await sysfsEntries(files, chipClass, signal)
  const places = await placesOf(sysfs, BELOW, chipClass.entry)
  const found: Discovery[] = []
  for (const chip of all) {
    const channels = channelsIn(await files.list(chip.path))
    if (channels.length === 0 || (await hasOtherSource(files, chip))) continue
    const alike = all.filter(({ name }) => name === chip.name).length
    const place = places.get(chip.path.slice(chipClass.folder.length + 1))
    const options = { chip: chip.name, channels: channels.join(' ') }
    found.push({
      name: chip.name,
      about: await about(files, chip, channels, signal),
      options: alike === 1 ? options : place === undefined ? undefined : { ...options, at: place },
      ...defined({ chip: place })
    })
  }
  return found
}

async function hasOtherSource(files: KernelFiles, { path }: SysfsEntry): Promise<boolean> {
  const names = await files.list(`${path}/device`)
  return OTHERS.some((other) => other.every((name) => names.includes(name)))
}

/** `hwmon chip nvme: temp1 Composite, temp2` */
async function about(
  files: KernelFiles,
  { path, name }: SysfsEntry,
  channels: readonly string[],
  signal: AbortSignal
): Promise<string> {
  const parts: string[] = []
  for (const channel of channels) {
    const label = await files.textIfAny(`${path}/${channel}_label`, signal)
    parts.push(label === undefined ? channel : `${channel} ${label}`)
  }
  return `hwmon chip ${name}: ${parts.join(', ')}`
}
