// Makes the Debian packages of kith (docs/install.md): node scripts/deb.ts [--arch amd64|arm64 ...] [--out FOLDER]
// [--version VERSION]. It needs dpkg-deb, and for another machine than this one its compiler (docs/building.md).
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { migrations } from '../src/reading/history/store/schema.ts'
import { packageVersion } from './deb/package-version.ts'
import { layOut } from './deb/tree.ts'

/** Debian's name of each machine, and npm's. */
const TARGETS: ReadonlyMap<string, string> = new Map([
  ['amd64', 'linux-x64'],
  ['arm64', 'linux-arm64']
])
const EXECUTABLE = ['usr/bin/kith', 'usr/lib/kith/node', 'usr/lib/kith/bin/kith.js']
const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm']

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: [...TARGETS.keys()] },
    out: { type: 'string', default: join(root, 'dist-deb') },
    version: { type: 'string' }
  }
})
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const { version, seconds } = packageVersion(root, manifest.version, process.env)

mkdirSync(resolve(values.out), { recursive: true })
for (const architecture of values.arch)
  console.log(await makePackage(architecture, values.version ?? version, resolve(values.out)))

/** @returns the path of the package */
async function makePackage(architecture: string, debVersion: string, out: string): Promise<string> {
  const target = TARGETS.get(architecture)
  if (target === undefined)
    throw new Error(`--arch ${architecture}: there is ${[...TARGETS.keys()].join(' and ')}`)
  const tree = mkdtempSync(join(tmpdir(), 'kith-deb-'))
  try {
    await layOut({ root, tree, target, version: manifest.version, packageVersion: debVersion, seconds })
    writeControl(tree, {
      VERSION: debVersion,
      ARCHITECTURE: architecture,
      HISTORY: String(migrations.length)
    })
    settle(tree)
    const file = join(out, `kith_${debVersion}_${architecture}.deb`)
    // One thread: xz cuts its blocks by the number of threads.
    const words = ['--root-owner-group', '-Zxz', '--threads-max=1', '--build', tree, file]
    const environment = { ...process.env, SOURCE_DATE_EPOCH: String(seconds) }
    const { status, error, stderr } = spawnSync('dpkg-deb', words, { env: environment, encoding: 'utf8' })
    if (status !== 0) throw new Error(`dpkg-deb: ${error?.message ?? stderr}`)
    return file
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

function writeControl(tree: string, facts: Readonly<Record<string, string>>): void {
  const files = filesIn(tree)
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
  const values = { ...facts, SIZE: String(Math.ceil(bytes / 1024)) }
  const sums = files.map((file) => `${md5(file)}  ${relative(tree, file)}\n`)
  mkdirSync(join(tree, 'DEBIAN'))
  writeFileSync(join(tree, 'DEBIAN/md5sums'), sums.join(''))
  for (const name of ['control', ...SCRIPTS]) {
    const text = readFileSync(join(root, 'deploy/debian', name), 'utf8')
    const filled = Object.entries(values).reduce(
      (all, [key, value]) => all.replaceAll(`@${key}@`, value),
      text
    )
    writeFileSync(join(tree, 'DEBIAN', name), filled)
  }
}

/** Modes and times that depend on nothing of this machine. */
function settle(tree: string): void {
  const executable = new Set([...EXECUTABLE, ...SCRIPTS.map((name) => `DEBIAN/${name}`)])
  for (const path of [...readdirSync(tree, { recursive: true, encoding: 'utf8' }), '.']) {
    const file = join(tree, path)
    chmodSync(file, statSync(file).isDirectory() || executable.has(path) ? 0o755 : 0o644)
    lutimesSync(file, seconds, seconds)
  }
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function md5(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex')
}
