import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { loadWithDevices } from '../../src/config/load-with-devices.ts'
import { configDevices } from '../support/config-devices.ts'

/** How often files are read meanwhile. */
async function readsDuring(work: () => Promise<void>): Promise<string[]> {
  const reads: string[] = []
  const read = fs.readFileSync
  const counted = (...values: Parameters<typeof read>): ReturnType<typeof read> => {
    reads.push(String(values[0]))
    return read(...values)
  }
  Object.assign(fs, { readFileSync: counted })
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    Object.assign(fs, { readFileSync: read })
    syncBuiltinESMExports()
  }
  return reads
}

for (const [what, text] of [
  ['plain', 'name: hall\n'],
  ['not plain', 'name: &name hall\n']
] as const) {
  t.test(`a file that is ${what} is read once`, async (t) => {
    const folder = t.testdir({ 'kith.yaml': text })
    const file = join(folder, 'kith.yaml')
    const load = async (): Promise<void> => {
      const request = { file, folder, devices: configDevices, clock: systemClock }
      t.equal((await loadWithDevices(request)).config.name, 'hall')
    }
    t.equal((await readsDuring(load)).filter((path) => path === file).length, 1)
  })
}
