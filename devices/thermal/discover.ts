import { KernelFiles } from '../../src/hal/kernel/files.ts'
import { sysfsEntries } from '../../src/hal/kernel/sysfs-class.ts'
import type { Discovery, OpenContext } from '../../src/hal/sensor.ts'
import type { Sysfs } from '../../src/hal/sysfs.ts'
import { ZONES } from './files.ts'

export async function discover(
  sysfs: Sysfs,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<readonly Discovery[]> {
  const zones = await sysfsEntries(new KernelFiles(sysfs, clock, 'thermal'), ZONES, signal)
  return zones.map(({ name }) => {
    const alone = zones.filter((other) => other.name === name).length === 1
    return {
      name,
      about: `thermal zone ${name}${alone ? '' : ', one of several of that name'}`,
      options: alone ? { zone: name } : undefined
    }
  })
}
