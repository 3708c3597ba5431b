import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './root.ts'

/** Versions around that of the clone: one before it, one after, and one that reads histories of the future. */
const VERSIONS = { old: '0.0.1', new: '0.0.2', later: '9.0.0' } as const

/**
 * The package of the clone for amd64, three times with other versions; it is built once.
 * @returns old.deb, new.deb, later.deb
 */
export async function makePackages(clone: string, work: string): Promise<string[]> {
  const script = join(clone, 'scripts/deb.ts')
  const words = [script, '--arch', 'amd64', '--out', work, '--version', VERSIONS.old]
  await must(process.execPath, words)
  const tree = join(work, 'tree')
  await must('dpkg-deb', ['--raw-extract', join(work, `kith_${VERSIONS.old}_amd64.deb`), tree])
  const made: string[] = []
  mkdirSync(join(work, 'packages'))
  for (const [name, version] of Object.entries(VERSIONS)) {
    edit(join(tree, 'DEBIAN/control'), /^Version: .*$/m, `Version: ${version}`)
    if (name === 'later') edit(join(tree, 'DEBIAN/preinst'), /^readable=.*$/m, 'readable=999')
    const file = join(work, 'packages', `${name}.deb`)
    await must('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, file])
    made.push(file)
  }
  return made
}

function edit(file: string, from: RegExp, to: string): void {
  const text = readFileSync(file, 'utf8')
  if (!from.test(text)) throw new Error(`${file} has no ${from}`)
  writeFileSync(file, text.replace(from, to))
}

async function must(program: string, words: readonly string[]): Promise<void> {
  const { status, output } = await run(program, words)
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${output}`)
}
