/** Programs of a bench: run from the sources, or bundled as `npm run build` bundles kith. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withBundle } from './bundle.ts'

export interface Code {
  readonly name: 'source' | 'bundle'
  /** `bin/kith.js`. */
  readonly kith: string
  /** The path of a program. @param path below bench/, as in `gateway/gateway.ts` */
  readonly program: (path: string) => string
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const BUNDLER = fileURLToPath(new URL('bundle-programs.mjs', import.meta.url))

export const source: Code = {
  name: 'source',
  kith: join(ROOT, 'bin/kith.js'),
  program: (path) => join(ROOT, 'bench', path)
}

const ADDONS = 'native/build'

/** Programs that are started by a bench, those that have a bundle. */
const PROGRAMS = ['gateway/gateway.ts', 'gateway/devices.ts', 'gateway/whole.ts', 'pair/kith.ts']

/** Runs with the sources and, unless only they are wanted, a bundle that is deleted afterwards. */
export async function withCodes<T>(
  wanted: readonly Code['name'][],
  use: (codes: readonly Code[]) => Promise<T>
): Promise<T> {
  const first = wanted.includes('source') ? [source] : []
  if (!wanted.includes('bundle')) return await use(first)
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  try {
    return await withBundle(async (kith) => {
      const lib = join(folder, 'lib')
      mkdirSync(lib)
      copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
      if (existsSync(join(ROOT, ADDONS)))
        cpSync(join(ROOT, ADDONS), join(folder, ADDONS), { recursive: true })
      const words = [BUNDLER, lib, ...PROGRAMS]
      if (spawnSync(process.execPath, words, { cwd: ROOT, stdio: 'inherit' }).status !== 0)
        throw new Error('the programs could not be bundled')
      const program = (path: string): string => join(lib, basename(path).replace(/\.ts$/, '.js'))
      return await use([...first, { name: 'bundle', kith, program }])
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
