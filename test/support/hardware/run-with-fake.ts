import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** Why a test of an addon is skipped; false where it is built. */
export function whyNotBuilt(addon: string): string | false {
  const isBuilt = existsSync(file(`native/build/linux-${process.arch}/${addon}.node`))
  return !isBuilt && 'the addon is not built: npm run prepare'
}

/** Why a test with a fake kernel is skipped; false where it can run. */
export function whyNoFake(addon: string): string | false {
  const compiles = (): boolean => spawnSync('cc', ['--version']).status === 0
  return whyNotBuilt(addon) || (!compiles() && 'there is no C compiler')
}

/**
 * Runs a program of test/support/hardware over a C file of test/support/fakes that stands for the kernel.
 * @param device the name of the file that the program is given
 * @returns what the program wrote, as JSON
 */
export function runWithFake(t: Test, fake: string, program: string, device: string): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'kith-fake-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [library, path] = [join(folder, 'fake.so'), join(folder, device)]
  execFileSync('cc', ['-shared', '-fPIC', file(`test/support/fakes/${fake}`), '-o', library])
  writeFileSync(path, '')
  const said = execFileSync(process.execPath, [file(`test/support/hardware/${program}`), path], {
    env: { ...process.env, LD_PRELOAD: library },
    encoding: 'utf8',
    timeout: 20_000
  })
  return JSON.parse(said)
}
