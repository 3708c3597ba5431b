import { type Discovery, isNodeError, KernelFiles, type OpenContext, type Sysfs } from '../../src/driver.ts'
import { LABEL } from './driver.ts'
import { Machine } from './machine.ts'
import { PART_NAMES, type Part } from './parts.ts'

const PLACES = { disk: '/', interface: 'wlan0' }

/** The parts of this machine that can be read. */
export async function discover(
  sysfs: Sysfs,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<readonly Discovery[]> {
  const machine = new Machine(new KernelFiles(sysfs, clock, LABEL), sysfs, PLACES)
  const parts: Part[] = []
  for (const part of PART_NAMES) {
    try {
      await machine.read(part, signal)
      parts.push(part)
    } catch (error) {
      signal.throwIfAborted()
      if (!isNodeError(error)) throw error
    }
  }
  if (parts.length === 0) return []
  const list = parts.join(' ')
  return [
    { name: 'system', about: `the health of this machine: ${parts.join(', ')}`, options: { parts: list } }
  ]
}
