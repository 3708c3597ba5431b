import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The commit of a clone, with `-dirty` where a tracked file was changed since. `SOURCE_COMMIT` says it where the clone
 * came without .git, as in a container's build; undefined where nothing says it.
 */
export function commitOf(root) {
  if (process.env.SOURCE_COMMIT) return process.env.SOURCE_COMMIT
  if (!existsSync(join(root, '.git'))) return undefined
  const git = spawnSync('git', ['describe', '--always', '--dirty', '--exclude=*', '--abbrev=40'], {
    cwd: root,
    encoding: 'utf8'
  })
  return git.status === 0 ? git.stdout.trim() : undefined
}
