import { type Discovery, KernelFiles, type OpenContext, type Sysfs } from '../../src/driver.ts'
import { DEVICES, FAMILIES } from './files.ts'

/** By the folders' names only: reading would take 750 ms for each chip. */
export async function discover(
  sysfs: Sysfs,
  { clock }: Pick<OpenContext, 'clock'>
): Promise<readonly Discovery[]> {
  const names = await new KernelFiles(sysfs, clock, 'w1').list(DEVICES)
  return names.flatMap((id) => {
    const chip = FAMILIES[id.slice(0, 2)]
    if (chip === undefined || id[2] !== '-') return []
    return [{ name: chip, about: `${chip} ${id} on 1-Wire`, options: { id } }]
  })
}
