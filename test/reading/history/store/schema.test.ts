import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { migrate, migrations } from '../../../../src/reading/history/store/schema.ts'

function version(db: DatabaseSync): unknown {
  return db.prepare('PRAGMA user_version').get()?.['user_version']
}

function names(db: DatabaseSync, type: string): unknown[] {
  return db
    .prepare('SELECT name FROM sqlite_schema WHERE type = ? ORDER BY name')
    .all(type)
    .map(({ name }) => name)
}

t.test('from an empty file to the present version, and no further', async (t) => {
  const db = new DatabaseSync(':memory:')
  t.equal(version(db), 0)
  migrate(db, 'x')
  migrate(db, 'x')
  t.equal(version(db), migrations.length)
  t.same(names(db, 'table'), ['chunks', 'commands', 'peers', 'ranges', 'runs', 'sealed', 'series', 'tail'])
  t.same(names(db, 'view'), ['blocks', 'packs', 'readings'])
  db.close()
})

t.test('only the steps that are missing, each whole or not at all', async (t) => {
  const db = new DatabaseSync(':memory:')
  const steps = ['CREATE TABLE a (x)', 'ALTER TABLE a ADD COLUMN y']
  migrate(db, 'x', steps.slice(0, 1))
  db.exec('INSERT INTO a VALUES (1)')
  migrate(db, 'x', steps)
  t.same({ ...db.prepare('SELECT * FROM a').get() }, { x: 1, y: null })
  t.throws(() => migrate(db, 'x', [...steps, 'CREATE TABLE b (x); no sql at all']), /syntax/)
  t.equal(version(db), 2)
  t.same(names(db, 'table'), ['a'])
  db.close()
})

t.test('a newer file is refused with its name and the cure', async (t) => {
  const db = new DatabaseSync(':memory:')
  db.exec('PRAGMA user_version = 7')
  t.throws(() => migrate(db, 'history.sqlite'), {
    code: 'history-newer',
    message: `history.sqlite has version 7, this kith knows up to ${migrations.length}`,
    remedy: 'stop'
  })
  db.close()
})

t.test('a file of the first version learns what each author holds', async (t) => {
  const db = new DatabaseSync(':memory:')
  migrate(db, 'x', migrations.slice(0, 1))
  db.exec(`
    INSERT INTO peers VALUES (1, 'a'), (2, 'b');
    INSERT INTO series VALUES (1, 1, 'a/air/temperature', 't', NULL), (2, 2, 'b/air/temperature', 't', NULL);
    INSERT INTO runs (id, peer_id, epoch, boot) VALUES (1, 1, 1, 'x'), (2, 2, 1, 'y');
    INSERT INTO sealed VALUES (1, 'pack', 5, x'010203'), (2, 'pack', 6, x'0102'), (3, 'pack', 6, x'01');
    INSERT INTO ranges VALUES
      (1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0), (1, 1, 2, 3, 2, 0, 0, 0, 0, 0, 0), (2, 2, 0, 1, 3, 0, 0, 0, 0, 0, 0);
  `)
  migrate(db, 'x')
  const bytes = (): unknown[] =>
    db
      .prepare('SELECT bytes FROM peers ORDER BY id')
      .all()
      .map((row) => row['bytes'])
  t.strictSame(bytes(), [5, 1])
  db.exec(`INSERT INTO sealed (kind, dated, bytes, peer_id) VALUES ('pack', 7, x'01020304', 2)`)
  db.exec('DELETE FROM sealed WHERE id = 1')
  t.strictSame(bytes(), [2, 5])
  db.close()
})
