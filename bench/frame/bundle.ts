import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BUILD = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))

/** Runs with the command of a bundle of this tree (docs/building.md), which is deleted afterwards. */
export async function withBundle<T>(use: (program: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-bundle-'))
  try {
    const { status } = spawnSync(process.execPath, [BUILD, '--out', folder], { stdio: 'inherit' })
    if (status !== 0) throw new Error('the bundle could not be built')
    return await use(join(folder, 'bin/kith.js'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
