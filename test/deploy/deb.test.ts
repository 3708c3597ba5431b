import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { packageVersion } from '../../scripts/deb/package-version.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'deploy/debian')
const scripts = ['preinst', 'postinst', 'prerm', 'postrm', 'kith']

t.test('a version is older than its release and rises with the time of the commit', async (t) => {
  const older = packageVersion('/', '0.1.0', { SOURCE_DATE_EPOCH: '1764000000' })
  const newer = packageVersion('/', '0.1.0', { SOURCE_DATE_EPOCH: '1764000001' })
  t.strictSame(older, { version: '0.1.0~dev20251124160000', seconds: 1_764_000_000 })
  t.ok(newer.version > older.version)
  t.throws(() => packageVersion('/', '0.1.0', {}), /SOURCE_DATE_EPOCH/)
  t.throws(() => packageVersion('/', '0.1.0', { SOURCE_DATE_EPOCH: 'now' }), /SOURCE_DATE_EPOCH/)
})

t.test('an installation over a history of a later kith is refused, any other is not', async (t) => {
  const home = t.testdir({})
  const history = join(home, 'history.sqlite')
  const script = join(home, 'preinst')
  const text = readFileSync(join(folder, 'preinst'), 'utf8').replace('@HISTORY@', '2')
  writeFileSync(script, text.replace('/var/lib/kith/history.sqlite', history))
  chmodSync(script, 0o755)
  const run = (action: string) => spawnSync(script, [action, '0.0.9'], { encoding: 'utf8' })
  t.equal(run('install').status, 0, 'no history')
  for (const [version, status] of [
    [0, 0],
    [2, 0],
    [3, 1],
    [70_000, 1]
  ] as const) {
    const db = new DatabaseSync(history)
    db.exec(`CREATE TABLE IF NOT EXISTS t (a); PRAGMA user_version = ${version}`)
    db.close()
    const { stderr } = run('upgrade')
    t.equal(run('upgrade').status, status, `version ${version}: ${stderr}`)
    if (status === 1) t.match(stderr, `written by a later kith (version ${version}; this one reads up to 2)`)
    t.equal(run('abort-upgrade').status, 0)
  }
})

t.test('what the package has of its own is installed or run', async (t) => {
  const known = [...scripts, 'control', 'copyright', 'lintian-overrides']
  t.strictSame(readdirSync(folder).sort(), known.toSorted())
  const tree = readFileSync(join(root, 'scripts/deb/tree.ts'), 'utf8')
  for (const [, path] of tree.matchAll(/^ {2}'((?:systemd|debian)\/[^']+)': /gm))
    t.ok(existsSync(join(root, 'deploy', path ?? 'none')), String(path))
})

const missing = spawnSync('shellcheck', ['--version']).error?.message

t.test(
  'shellcheck finds nothing in its scripts and in those that try it',
  { skip: missing ?? false },
  async (t) => {
    const tried = readdirSync(join(root, 'test/debian')).filter((name) => name.endsWith('.sh'))
    const files = [
      ...scripts.map((name) => join(folder, name)),
      ...tried.map((name) => join(root, 'test/debian', name))
    ]
    t.equal(spawnSync('shellcheck', files, { encoding: 'utf8' }).stdout, '')
  }
)
