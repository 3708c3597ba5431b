import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The folder of the npm package with the Node of that machine: the installed one, or where npm left it out because this
 * machine is another, the same version from npm. It is kept below node_modules/.cache.
 * @param target linux-arm64 or linux-x64
 * @throws Error where npm fails, or the bytes are not those of package-lock.json
 */
export function nodePackage(root: string, target: string): string {
  const name = `node-${target}`
  const installed = join(root, 'node_modules', name)
  if (existsSync(join(installed, 'bin', 'node'))) return installed
  const { version, integrity } = locked(root, name)
  const cache = join(root, 'node_modules', '.cache', 'kith')
  const kept = join(cache, `${name}-${version}`)
  if (existsSync(kept)) return kept
  mkdirSync(cache, { recursive: true })
  run('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', cache], root)
  const archive = join(cache, `${name}-${version}.tgz`)
  const digest = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
  if (digest !== integrity)
    throw new Error(`${archive} is not what package-lock.json names: ${digest}, not ${integrity}`)
  const unpacked = join(cache, `${name}-${version}.unpacked`)
  mkdirSync(unpacked, { recursive: true })
  run('tar', ['-xzf', archive, '-C', unpacked, '--strip-components=1'], root)
  renameSync(unpacked, kept)
  return kept
}

interface Locked {
  readonly version: string
  readonly integrity: string
}

function locked(root: string, name: string): Locked {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  const found = lock.packages[`node_modules/${name}`]
  if (found === undefined) throw new Error(`package-lock.json does not name ${name}`)
  return found
}

function run(program: string, words: readonly string[], cwd: string): void {
  const { status, error, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${error?.message ?? stderr}`)
}
