import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { loadConfig } from '../../../src/config/load.ts'
import { backupHome } from '../../../src/node/backup/backup-home.ts'
import { replaceIdentity } from '../../../src/node/backup/replace-identity.ts'
import { restoreHome } from '../../../src/node/backup/restore-home.ts'
import { initHome, peerOfHome } from '../../../src/node/home.ts'
import { loadIdentity } from '../../../src/peer/identity/identity.ts'
import { createSigner } from '../../../src/reading/signed/seal.ts'
import { createSealer } from '../../../src/reading/signed/sealer.ts'
import { historyBench, readingsOf, runOf } from '../../support/history.ts'
import { allQuantities } from '../../support/readings.ts'

const { config } = loadConfig({ text: 'name: hall', devices: [] })
const { signal } = new AbortController()
const NOW = 1_795_910_400_000

/** The backup of a node whose last readings are not signed yet. */
async function backupOf(t: Test, book: string) {
  const folder = t.testdir()
  const home = join(folder, 'home')
  const { peer } = await initHome(home, { 'book.yaml': book })
  writeFileSync(join(home, 'epoch'), '9\n')
  const { seed } = await loadIdentity({ path: home, file: (name) => join(home, name) })
  const sealer = createSealer(createSigner(seed), allQuantities)
  const { history } = historyBench({ path: join(home, 'history.sqlite'), sealer })
  history.beginRun(runOf(9), { mono: 0, unix: null, quality: 2 })
  history.appendOwn(readingsOf(peer, runOf(9), 0, 9))
  history.close()
  const file = join(folder, 'a.tar')
  await backupHome({ home, file, overwrite: false, history: true, now: NOW, version: '0.1.0', signal })
  return { folder, file, peer }
}

t.test('a replacement has a key of its own, and the signed history of the former node', async (t) => {
  const { folder, file, peer } = await backupOf(t, '[]\n')
  const home = join(folder, 'new')
  const warnings: string[] = []
  const init = { config: config, devices: [], now: NOW, warn: (one: string) => warnings.push(one) }
  const restored = await restoreHome({
    file,
    home,
    now: NOW,
    signal,
    replace: (staged) => replaceIdentity(staged, init)
  })
  t.not(restored.peer, peer)
  t.equal(await peerOfHome(home), restored.peer)
  t.notOk(existsSync(join(home, 'epoch')), 'it has had no run yet')
  t.match(readFileSync(join(home, 'book.yaml'), 'utf8'), new RegExp(`name: hall-before\\n  peer: ${peer}\\n`))
  const { seed } = await loadIdentity({ path: home, file: (name) => join(home, name) })
  const sealer = createSealer(createSigner(seed), allQuantities)
  const { history } = historyBench({ path: join(home, 'history.sqlite'), sealer })
  t.same(history.runs(), [], 'none of its own')
  const { items } = history.items(`${peer}/hall/temperature`, undefined, { items: 99, bytes: 1e6 })
  const blocks = items.flatMap((item) => (item.kind === 'block' ? [item.bytes] : []))
  t.equal(blocks.length, 1)
  for (const bytes of blocks) t.ok(sealer.isGenuine('block', bytes))
  history.close()
  const database = new DatabaseSync(join(home, 'history.sqlite'))
  t.same({ ...database.prepare('SELECT count(*) AS count FROM tail').get() }, { count: 0 })
  database.close()
  t.same(warnings, [])
})

t.test('what cannot be taken over is said', async (t) => {
  const { folder, file } = await backupOf(t, 'hall: [\n')
  const warnings: string[] = []
  const init = { config: config, devices: [], now: NOW, warn: (one: string) => warnings.push(one) }
  await restoreHome({
    file,
    home: join(folder, 'new'),
    now: NOW,
    signal,
    replace: (staged) => replaceIdentity(staged, init)
  })
  t.match(warnings, [/the book does not name the former node/])
  t.equal(readFileSync(join(folder, 'new', 'book.yaml'), 'utf8'), 'hall: [\n')
})
