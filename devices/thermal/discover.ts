import { type Discovery, KernelFiles, type OpenContext, type Sysfs, sysfsEntries } from '../../src/driver.ts'
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
