import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { migrate, migrations, versionOf } from '../../../../src/reading/history/store/schema.ts'

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
