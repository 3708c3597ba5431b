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
    const words = [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      'tsconfig.build.json',
      '--outDir',
      all
    ]
    const tsc = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' })
    if (tsc.status !== 0)
      throw new Error(`the types could not be built: tsc ended with ${tsc.status ?? tsc.signal}`)
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
