import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { neededDeclarations } from './needed-declarations.mjs'
import { root } from './root.mjs'

/**
 * Lays the types of the exports: of the declarations that tsc makes those that an export needs. They name no type of
 * another package, so that they compile wherever kith alone is installed.
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
    if (tsc.status !== 0)
      throw new Error(`the types could not be built: ${tsc.error?.message ?? 'tsc says why'}`)
    const entries = Object.values(exports).filter((path) => path.endsWith('.ts'))
    const { texts, foreign } = neededDeclarations(
      entries.map((path) => join(all, path.replace(/\.ts$/, '.d.ts')))
    )
    for (const [module, path] of foreign)
      throw new Error(
        `${relative(all, path)} names a type of ${module}, which is not in the package: say it in a type of kith, or hide it by @internal`
      )
    for (const [path, text] of texts) write(join(folder, relative(join(all, 'src'), path)), text)
  } finally {
    rmSync(all, { recursive: true, force: true })
  }
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
