import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './root.ts'

/** Versions around that of the clone: one before it, one after, and one that reads histories of the future. */
const VERSIONS = { old: '0.0.1', new: '0.0.2', later: '9.0.0' } as const

export type Version = keyof typeof VERSIONS

export interface PackagesInit {
  readonly clone: string
  /** A folder for them. */
  readonly work: string
  /** Debian's name of it. */
  readonly architecture: string
  readonly versions: readonly Version[]
}

/**
 * The package of the clone in several versions; it is built once.
 * @returns old.deb, new.deb, later.deb
 */
export async function makePackages({ clone, work, architecture, versions }: PackagesInit): Promise<string[]> {
  const script = join(clone, 'scripts/deb.ts')
  await must(process.execPath, [script, '--arch', architecture, '--out', work, '--version', '0.0.1'])
  const tree = join(work, 'tree')
  await must('dpkg-deb', ['--raw-extract', join(work, `kith_0.0.1_${architecture}.deb`), tree])
  const made: string[] = []
  mkdirSync(join(work, 'packages'))
  for (const name of versions) {
    edit(join(tree, 'DEBIAN/control'), /^Version: .*$/m, `Version: ${VERSIONS[name]}`)
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
