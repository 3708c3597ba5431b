import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import type { CommandRow } from '../../../../src/reading/history/store/command-table.ts'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { HistoryStore } from '../../../../src/reading/history/store/history-store.ts'
import { migrate, migrations, versionOf } from '../../../../src/reading/history/store/schema.ts'
import { historyBench } from '../../../support/history.ts'

const row = (change: Partial<CommandRow> = {}): CommandRow => ({
  time: 1_795_471_001,
  quality: 0,
  name: 'heater',
  peer: null,
  who: 'this machine',
  asked: 'on',
  lease: 1800,
  answer: 'on',
  text: null,
  times: 1,
  ...change
})

t.test('a database of version 3 goes on, with what it had', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-commands-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'history.sqlite')
  const before = new DatabaseSync(path)
  before.exec('PRAGMA page_size = 1024')
  migrate(before, 'x', migrations.slice(0, 3))
  before.exec("INSERT INTO peers (peer) VALUES ('a')")
  before.close()
  const said: string[] = []
  const db = openDatabase(path, (message) => said.push(message))
  t.equal(versionOf(db), migrations.length)
  t.match(said, [/brought from version 3 to 4; a copy for going back is .*history\.sqlite\.v3$/])
  t.equal(db.prepare('SELECT count(*) AS n FROM peers').get()?.['n'], 1)
  new HistoryStore(db).commands.add([row()], { rows: 16, since: undefined })
  db.close()
  const copy = new DatabaseSync(`${path}.v3`, { readOnly: true })
  t.equal(versionOf(copy), 3)
  copy.close()
})

t.test('the history has them on disk at once, over a restart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-commands-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'history.sqlite')
  const { history } = historyBench({ path })
  t.equal(history.addCommands([row()], { rows: 16, since: undefined }), true)
  const other = new DatabaseSync(path, { readOnly: true })
  t.equal(other.prepare('SELECT count(*) AS n FROM commands').get()?.['n'], 1)
  other.close()
  history.close()
  const again = historyBench({ path }).history
  t.same(again.commands(10, 'heater'), [row()])
  again.close()
})
