import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { root } from './root.mjs'

/** `from './x.ts'` and `import('./x.ts')`. */
const IMPORT = /(?:from|import\()\s*['"](\.[^'"]+)\.ts['"]/g

/**
 * Lays the types of the exports: the declarations that tsc makes, only those that an export reaches.
 * @param exports those of the clone's package.json
 */
export function declarations(folder, exports) {
  const all = mkdtempSync(join(tmpdir(), 'kith-types-'))
  try {
    const tsc = spawnSync('tsc', ['-p', 'tsconfig.build.json', '--outDir', all], {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32'
    })
    if (tsc.status !== 0) throw new Error('the types could not be built')
    const reached = new Set()
    for (const path of Object.values(exports))
      if (path.endsWith('.ts')) reach(join(all, path.replace(/\.ts$/, '.d.ts')), reached)
    for (const file of reached) cpSync(file, join(folder, relative(join(all, 'src'), file)))
  } finally {
    rmSync(all, { recursive: true, force: true })
  }
}

function reach(file, reached) {
  if (reached.has(file)) return
  reached.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(IMPORT))
    reach(join(dirname(file), `${path}.d.ts`), reached)
}
