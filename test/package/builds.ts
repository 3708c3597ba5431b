import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a build must not depend on. */
export interface Build {
  readonly clone: string
  readonly out: string
  readonly umask: string
  readonly zone: string
  /** Without the addons of both machines, which need compilers. */
  readonly isPlain?: boolean
}

/** Real milliseconds for one build; xz takes a minute of an idle processor for a Debian package. */
const DEADLINE = 1_800_000

/** @returns the path of the package for npm @throws Error where the build fails */
export function buildPackage(build: Build): string {
  const dist = join(build.out, 'dist')
  run(build, process.execPath, 'scripts/build.mjs', '--out', dist, ...(build.isPlain ? [] : ['--addons']))
  return join(build.out, run(build, 'npm', 'pack', dist, '--pack-destination', build.out).trim())
}

/** @returns the path of the Debian package for this machine @throws Error where the build fails */
export function buildDeb(build: Build): string {
  const folder = join(build.out, 'deb')
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const words = ['--out', folder, '--version', '0.0.1', '--arch', architecture]
  run(build, process.execPath, 'scripts/deb.ts', ...words)
  return join(folder, `kith_0.0.1_${architecture}.deb`)
}

/** The files of the clone that git does not ignore, and its packages, as links where both are on one file system. */
export function copyOfClone(clone: string, to: string): void {
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: clone,
    encoding: 'utf8'
  })
  for (const path of stdout.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    cpSync(join(clone, path), join(to, path))
  }
  mkdirSync(join(to, 'node_modules'))
  const packages = readdirSync(join(clone, 'node_modules')).filter((name) => name !== '.cache')
  const words = [...packages.map((name) => join('node_modules', name)), join(to, 'node_modules')]
  for (const options of ['-al', '-a']) {
    const { status, stderr } = spawnSync('cp', [options, ...words], { cwd: clone, encoding: 'utf8' })
    if (status === 0) return
    if (options === '-a') throw new Error(`cp: ${stderr}`)
  }
}

/** @returns their digest @throws Error where they differ */
export function sameBytes(one: string, other: string): string {
  const [first, second] = [one, other].map((file) =>
    createHash('sha256').update(readFileSync(file)).digest('hex')
  )
  if (first !== second) throw new Error(`${one} is ${first}, and ${other} is ${second}`)
  return `sha256 ${first?.slice(0, 16)}`
}

/** @returns what the program printed */
function run({ clone, out, umask, zone }: Build, program: string, ...words: string[]): string {
  mkdirSync(out, { recursive: true })
  const { NODE_OPTIONS: _, ...environment } = process.env
  const env = { ...environment, TZ: zone, SOURCE_COMMIT: 'c0ffee'.repeat(6), SOURCE_DATE_EPOCH: '1764000000' }
  const shell = ['-c', `umask ${umask} && exec "$@"`, 'sh', program, ...words]
  const made = spawnSync('sh', shell, { cwd: clone, env, encoding: 'utf8', timeout: DEADLINE })
  if (made.status === 0) return made.stdout
  throw new Error(`${program} ${words.join(' ')}: ${made.error?.message ?? made.stderr}`)
}
