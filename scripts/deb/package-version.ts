import { spawnSync } from 'node:child_process'

export interface PackageVersion {
  /** As Debian orders them: `0.1.0` of the tag v0.1.0; what was built before it is older, and rises with its time. */
  readonly version: string
  /** Unix time of the commit, or $SOURCE_DATE_EPOCH: the time of every file that the package makes. */
  readonly seconds: number
}

/** @throws Error in a clone without .git, unless $SOURCE_DATE_EPOCH is set */
export function packageVersion(
  root: string,
  release: string,
  environment: Readonly<Record<string, string | undefined>>
): PackageVersion {
  const git = (...words: string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', words, { cwd: root, encoding: 'utf8' })
    return status === 0 ? stdout.trim() : undefined
  }
  const given = environment['SOURCE_DATE_EPOCH'] ?? git('log', '-1', '--format=%ct')
  const seconds = Number(given)
  if (given === undefined || !Number.isSafeInteger(seconds))
    throw new Error('the time of the package is unknown: set SOURCE_DATE_EPOCH, or build in a git clone')
  if (git('tag', '--points-at', 'HEAD')?.split('\n').includes(`v${release}`) === true)
    return { version: release, seconds }
  const time = new Date(seconds * 1000).toISOString().replaceAll(/[-:T]|\..*$/g, '')
  const commit = git('rev-parse', '--short=8', 'HEAD')
  return { version: `${release}~dev${time}${commit === undefined ? '' : `.${commit}`}`, seconds }
}
