import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { defined } from '../../defined.ts'
import { INSTALLATION, manifest } from '../../installation.ts'

/** Milliseconds that git may take. */
const GIT_MS = 2000
/** Hexadecimal digits of a commit that are shown, as `git describe --abbrev` counts them. */
const DIGITS = 12

/** The version, and the commit where it is known, with `-dirty` where files were changed since. */
export interface Version {
  readonly version: string
  readonly commit?: string
}

export function versionOf(): Version {
  const { version, gitHead } = manifest()
  const commit = gitHead?.replace(/^[0-9a-f]+/, (hash) => hash.slice(0, DIGITS)) ?? commitOfClone()
  return { version, ...defined({ commit }) }
}

/** `0.2.0 (1a2b3c4d5e6f)` */
export function versionLine(): string {
  const { version, commit } = versionOf()
  return commit === undefined ? version : `${version} (${commit})`
}

/** Only where this folder is itself the clone: a package may lie inside the repository of another project. */
function commitOfClone(): string | undefined {
  if (!existsSync(new URL('.git', INSTALLATION))) return undefined
  try {
    const words = ['describe', '--always', '--dirty', '--exclude=*', `--abbrev=${DIGITS}`]
    return execFileSync('git', words, {
      cwd: INSTALLATION,
      encoding: 'utf8',
      timeout: GIT_MS,
      stdio: ['ignore', 'pipe', 'ignore']
    }).trim()
  } catch {
    // No git, or the clone belongs to another user.
    return undefined
  }
}
