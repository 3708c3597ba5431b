import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Image } from './boot-partition.ts'
import { BOOT_AT } from './card.ts'

/** @param path of an image as `npm run image` makes it; its list of packages is beside it */
export function imageFiles(path: string): Image {
  return {
    read: async (name) => {
      const { status, stdout } = spawnSync('mtype', ['-i', `${path}@@${BOOT_AT}`, `::${name}`], {
        maxBuffer: 256 * 2 ** 20,
        timeout: 60_000
      })
      if (status !== 0) throw new Error(`${name}: not on the boot partition of ${path}`)
      return stdout
    },
    packages: async () => readFileSync(path.replace(/\.img$/, '.packages'), 'utf8')
  }
}
