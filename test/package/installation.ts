import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Lacking } from '../support/process/needs.ts'

/** What npm and its scripts call; no compiler, make or python is among them. */
const PROGRAMS = ['npm', 'sh', 'env', 'uname', 'cat', 'grep', 'dirname', 'readlink', 'sed']
/** Real milliseconds: npm fetches the optional packages and tries to build them. */
const DEADLINE = 300_000

/** Installs the package into an empty folder. @returns what npm said @throws Lacking where npm has no registry */
export function install(archive: string, folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  symlinkSync(process.execPath, join(bin, 'node'))
  for (const name of PROGRAMS) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
    if (found !== '') symlinkSync(realpathSync(found), join(bin, name))
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const { status, stdout, stderr } = run(folder, 'npm', 'install', archive, '--no-audit', '--no-fund')
  const [unreached] =
    /\b(ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b/.exec(stderr) ?? []
  if (unreached !== undefined) throw new Lacking(`the registry of npm cannot be reached: ${unreached}`)
  if (status !== 0) throw new Error(stderr)
  return stdout.trim().replaceAll('\n', ' ')
}

/** The command from node_modules/.bin, and what `kith doctor` says of the addons. */
export function checkInstallation(folder: string): string {
  const kith = (...words: string[]): string => {
    const { status, stdout, stderr } = run(folder, join(folder, 'node_modules/.bin/kith'), ...words)
    if (status !== 0) throw new Error(`kith ${words.join(' ')}: ${stderr}`)
    return stdout
  }
  const version = kith('--version').trim()
  if (!/^\d+\.\d+\.\d+ \(c0ffeec0ffee\)$/.test(version)) throw new Error(`--version says ${version}`)
  if (!kith('completion', 'bash').includes('_kith')) throw new Error('no completion')
  const findings = JSON.parse(kith('doctor', '--json', '--home', join(folder, 'home'))) as Finding[]
  for (const about of ['gpio addon', 'i2c addon', 'process addon']) {
    const found = findings.find((finding) => finding.about === about)
    if (found?.text !== 'loads') throw new Error(`doctor says of the ${about}: ${found?.text}`)
  }
  for (const name of ['i2c-bus', 'onoff'])
    if (existsSync(join(folder, 'node_modules', name)))
      throw new Error(`${name} was built: a compiler was there`)
  return `${version}, the addons load`
}

interface Finding {
  readonly about: string
  readonly text: string
}

function run(folder: string, program: string, ...words: string[]): SpawnSyncReturns<string> {
  const { NODE_OPTIONS: _, ...environment } = process.env
  const caches = { NODE_COMPILE_CACHE: join(folder, 'cache'), npm_config_cache: join(folder, 'npm') }
  const env = { ...environment, ...caches, PATH: join(folder, 'bin') }
  return spawnSync(program, words, { cwd: folder, env, encoding: 'utf8', timeout: DEADLINE })
}
