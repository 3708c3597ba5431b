import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { migrate, migrations, versionOf } from '../../../../src/reading/history/store/schema.ts'
import { isLocked } from '../../../support/is-locked.ts'

const SCHEMA = new URL('../../../../src/reading/history/store/schema.ts', import.meta.url).href
const folder = mkdtempSync(join(tmpdir(), 'kith-database-'))
t.teardown(() => rmSync(folder, { recursive: true }))

/** A file as the first version left it, with one peer in it. */
function firstVersion(name: string): string {
  const path = join(folder, name)
  const db = new DatabaseSync(path)
  migrate(db, name, migrations.slice(0, 1))
  db.exec("INSERT INTO peers VALUES (1, 'a')")
  db.close()
  return path
}

t.test('a database is copied before its version rises', async (t) => {
  const path = firstVersion('one.sqlite')
  const messages: string[] = []
  const db = openDatabase(path, (message) => messages.push(message))
  t.equal(versionOf(db), migrations.length)
  db.close()
  t.same(messages, [
    `history is brought from version 1 to ${migrations.length}; a copy for going back is ${path}.v1`
  ])
  t.equal(statSync(`${path}.v1`).mode & 0o777, 0o600)
  const copy = new DatabaseSync(`${path}.v1`)
  t.equal(versionOf(copy), 1)
  t.same({ ...copy.prepare('SELECT * FROM peers').get() }, { id: 1, peer: 'a' })
  copy.close()
  openDatabase(path, (message) => messages.push(message)).close()
  t.equal(messages.length, 1, 'and not again')
})

t.test('a new file and one of the present version are not copied', async (t) => {
  const path = join(folder, 'new.sqlite')
  openDatabase(path).close()
  openDatabase(path).close()
  t.notOk(existsSync(`${path}.v${migrations.length}`))
})

t.test('where no copy can be made the version rises all the same, and that is said', async (t) => {
  // A name that leaves no room for that of the copy and of its journal: NAME_MAX is 255.
  const path = firstVersion('x'.repeat(247))
  const messages: string[] = []
  const db = openDatabase(path, (message) => messages.push(message))
  t.equal(versionOf(db), migrations.length)
  db.close()
  t.match(messages, [/^history is brought to version \d+ without a copy: /])
  t.notOk(existsSync(`${path}.v1`))
})

t.test('a node goes back with the copy, as docs/operations.md describes', async (t) => {
  const path = firstVersion('back.sqlite')
  openDatabase(path).close()
  const former = migrations.slice(0, 1)
  const newer = new DatabaseSync(path)
  t.throws(() => migrate(newer, 'back.sqlite', former), {
    code: 'history-newer',
    hint: /back\.sqlite\.v1, docs\/operations\.md, "Roll back"/
  })
  newer.close()
  copyFileSync(`${path}.v1`, path)
  const db = new DatabaseSync(path)
  migrate(db, 'back.sqlite', former)
  t.same({ ...db.prepare('SELECT * FROM peers').get() }, { id: 1, peer: 'a' })
  db.close()
})

t.test('a process that is killed in the middle of a step leaves the version of before', async (t) => {
  const path = firstVersion('killed.sqlite')
  const script = `
    import { DatabaseSync } from 'node:sqlite'
    import { migrate, migrations } from ${JSON.stringify(SCHEMA)}
    const db = new DatabaseSync(${JSON.stringify(path)})
    db.exec('PRAGMA journal_mode = WAL')
    db.function('die', () => { process.kill(process.pid, 'SIGKILL'); for (;;); })
    migrate(db, 'killed', [migrations[0], migrations[1] + "; INSERT INTO peers VALUES (2, 'b', 0); SELECT die()"])`
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 20_000
  })
  t.equal(signal, 'SIGKILL')
  const before = new DatabaseSync(path)
  t.equal(versionOf(before), 1)
  t.same({ ...before.prepare('SELECT * FROM peers').get() }, { id: 1, peer: 'a' })
  before.close()
  const db = openDatabase(path)
  t.equal(versionOf(db), migrations.length, 'and the next start goes on')
  db.close()
})

t.test('a disk that is full in the middle of a step leaves the version of before', async (t) => {
  const path = firstVersion('full.sqlite')
  const db = new DatabaseSync(path)
  const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count'])
  db.exec(`PRAGMA max_page_count = ${pages}`)
  t.throws(() => migrate(db, 'full'), { message: /full/ })
  t.equal(versionOf(db), 1)
  t.same({ ...db.prepare('SELECT * FROM peers').get() }, { id: 1, peer: 'a' })
  db.exec('PRAGMA max_page_count = 10000')
  migrate(db, 'full')
  t.equal(versionOf(db), migrations.length)
  db.close()
})

const listsLocks = existsSync('/proc/locks')

t.test(
  'a file that is opened again stays locked: else a person’s sqlite3 would delete its log',
  { skip: !listsLocks && 'there is no /proc/locks' },
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const first = openDatabase(path)
    first.exec('CREATE TABLE probe (x)')
    t.ok(isLocked(path))
    const second = openDatabase(path, () => {}, { isOpen: true })
    second.exec('INSERT INTO probe VALUES (1)')
    t.ok(isLocked(path))
    first.close()
    t.ok(isLocked(path))
    second.close()
    t.notOk(isLocked(path))
  }
)
