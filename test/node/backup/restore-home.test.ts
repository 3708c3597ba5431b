import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { backupHome } from '../../../src/node/backup/backup-home.ts'
import { checkBackup, restoreHome } from '../../../src/node/backup/restore-home.ts'
import { initHome, peerOfHome } from '../../../src/node/home.ts'
import { openHome } from '../../../src/peer/identity/home.ts'
import { historyBench, readingsOf, runOf, us } from '../../support/history.ts'

const { signal } = new AbortController()
/** 2026-11-29. */
const NOW = 1_795_910_400_000
const series = `${us.peer}/hall/temperature`

/** A home with a history that its node has open, and a folder beside it. */
async function usedHome(t: Test) {
  const folder = t.testdir()
  const home = join(folder, 'home')
  const { peer } = await initHome(home, { 'kith.yaml': 'name: hall\n', 'book.yaml': '# none\n' })
  writeFileSync(join(home, 'epoch'), '1700000000\n')
  mkdirSync(join(home, 'drivers'))
  writeFileSync(join(home, 'drivers', 'soil.js'), 'export default 1\n')
  const { history } = historyBench({ path: join(home, 'history.sqlite') })
  history.beginRun(runOf(5), { mono: 0, unix: null, quality: 2 })
  history.appendOwn(readingsOf(us.peer, runOf(5), 0, 9))
  history.flush()
  t.teardown(() => history.close())
  const file = join(folder, 'a.tar')
  const request = { home, file, overwrite: false, history: true, now: NOW, version: '0.1.0', signal }
  return { folder, home, peer, history, file, request }
}

t.test('a home is restored as it was while its node ran', async (t) => {
  const { folder, home, peer, history, file, request } = await usedHome(t)
  for (const name of ['control.sock', 'node.pid', 'history.sqlite.v1', 'x.0123456789ab.tmp'])
    writeFileSync(join(home, name), 'left out')
  for (const name of ['.cache', '.npm', 'node_modules']) {
    mkdirSync(join(home, name, 'kith'), { recursive: true })
    writeFileSync(join(home, name, 'kith', 'file'), 'left out')
  }
  const made = await backupHome(request)
  history.appendOwn(readingsOf(us.peer, runOf(5), 10, 12))
  history.flush()
  t.same(made.files, ['book.yaml', 'drivers/soil.js', 'epoch', 'identity.key', 'kith.yaml', 'history.sqlite'])
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.same(readdirSync(folder).sort(), ['a.tar', 'home'], 'nothing else is left')
  const other = join(folder, 'other')
  const restored = await restoreHome({ file, home: other, now: NOW + 1000, signal })
  t.match(restored, { home: other, peer, manifest: { peer, kith: '0.1.0' } })
  t.equal(await peerOfHome(other), peer)
  for (const name of ['kith.yaml', 'book.yaml', 'drivers/soil.js', 'identity.key'])
    t.same(readFileSync(join(other, name)), readFileSync(join(home, name)), name)
  t.equal(statSync(join(other, 'identity.key')).mode & 0o777, 0o600)
  t.equal(readFileSync(join(other, 'epoch'), 'utf8'), '1795910401\n', 'above every run of before')
  const { history: again } = historyBench({ path: join(other, 'history.sqlite') })
  t.equal(again.readings({ series, untimed: true, limit: 99 }).length, 10)
  again.close()
})

t.test('the epoch never falls, whatever the clocks say', async (t) => {
  const { folder, home, file, request } = await usedHome(t)
  writeFileSync(join(home, 'epoch'), '1900000000\n')
  await backupHome(request)
  await restoreHome({ file, home: join(folder, 'one'), now: 0, signal })
  t.equal(readFileSync(join(folder, 'one', 'epoch'), 'utf8'), '1900000000\n')
  writeFileSync(join(home, 'epoch'), '5\n')
  await backupHome({ ...request, overwrite: true })
  await restoreHome({ file, home: join(folder, 'two'), now: 0, signal })
  t.equal(readFileSync(join(folder, 'two', 'epoch'), 'utf8'), `${NOW / 1000}\n`, 'that of the backup')
})

t.test('links to files are followed; what is not a file is said', async (t) => {
  const { home, folder, request } = await usedHome(t)
  writeFileSync(join(folder, 'elsewhere.yaml'), 'x: 1\n')
  symlinkSync(join(folder, 'elsewhere.yaml'), join(home, 'more.yaml'))
  symlinkSync(folder, join(home, 'loop'))
  execFileSync('mkfifo', [join(home, 'pipe')])
  const { files, leftOut } = await backupHome(request)
  t.ok(files.includes('more.yaml'))
  t.same(leftOut, ['loop', 'pipe'])
})

t.test('a history that cannot be read is no reason to lose the key', async (t) => {
  const { folder, home, file, request } = await usedHome(t)
  for (const name of readdirSync(home).filter((one) => one.startsWith('history.sqlite-')))
    rmSync(join(home, name))
  writeFileSync(join(home, 'history.sqlite'), 'no database'.repeat(1000))
  await t.rejects(backupHome(request), { code: 'history-unreadable', hint: /--without-history/ })
  t.notOk(existsSync(file))
  t.same((await backupHome({ ...request, history: false })).files.includes('history.sqlite'), false)
  await restoreHome({ file, home: join(folder, 'b'), now: NOW, signal })
  t.ok(existsSync(join(folder, 'b', 'identity.key')))
})

t.test('a backup is written where nothing is lost by it', async (t) => {
  const { folder, home, file, request } = await usedHome(t)
  await t.rejects(backupHome({ ...request, file: join(home, 'a.tar') }), { code: 'bad-place' })
  await t.rejects(backupHome({ ...request, file: join(home, 'drivers', 'a.tar') }), { code: 'bad-place' })
  await t.rejects(backupHome({ ...request, file: join(folder, 'none', 'a') }), { code: 'bad-place' })
  await t.rejects(backupHome({ ...request, home: folder }), { code: 'no-identity' })
  writeFileSync(file, 'mine')
  await t.rejects(backupHome(request), { code: 'file-exists' })
  t.equal(readFileSync(file, 'utf8'), 'mine')
  const aborted = AbortSignal.abort(new Error('interrupted'))
  await t.rejects(backupHome({ ...request, overwrite: true, signal: aborted }), { message: 'interrupted' })
  t.equal(readFileSync(file, 'utf8'), 'mine', 'and half a backup replaces none')
  t.same(readdirSync(folder).sort(), ['a.tar', 'home'])
})

t.test('a home in use is never overwritten', async (t) => {
  const { folder, home, file, request } = await usedHome(t)
  await backupHome(request)
  const before = readFileSync(join(home, 'kith.yaml'))
  await t.rejects(restoreHome({ file, home, now: NOW, signal }), { code: 'home-not-empty', hint: /mv / })
  t.same(readFileSync(join(home, 'kith.yaml')), before)
  mkdirSync(join(folder, 'empty'), { mode: 0o700 })
  const held = await openHome(join(folder, 'empty'), { create: false })
  await t.rejects(restoreHome({ file, home: join(folder, 'empty'), now: NOW, signal }), {
    code: 'home-in-use'
  })
  held.close()
  await restoreHome({ file, home: join(folder, 'empty'), now: NOW, signal })
})

t.test('a damaged backup is refused whole, whatever is damaged', async (t) => {
  const { folder, file, request } = await usedHome(t)
  await backupHome(request)
  const whole = readFileSync(file)
  const copy = join(folder, 'copy.tar')
  const home = join(folder, 'new')
  const refuse = async (bytes: Uint8Array, what: string): Promise<void> => {
    writeFileSync(copy, bytes)
    await t.rejects(restoreHome({ file: copy, home, now: NOW, signal }), { code: 'bad-backup' }, what)
    t.notOk(existsSync(home), 'nothing was made')
  }
  for (let size = 0; size < whole.length - 1024; size += 997)
    await refuse(whole.subarray(0, size), `${size} bytes`)
  let harmless = 0
  for (let at = 3; at < whole.length - 1024; at += 211) {
    const flipped = Buffer.from(whole)
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at)
    // A byte between a file's end and the next header says nothing.
    if (whole.readUInt8(at) === 0 && (await isHarmless(copy, flipped, whole))) harmless++
    else await refuse(flipped, `byte ${at}`)
  }
  t.ok(harmless < whole.length / 211 / 4, `${harmless} of the flipped bytes were padding`)
})

/** Whether an archive with another byte holds the very same files. */
async function isHarmless(path: string, bytes: Uint8Array, whole: Uint8Array): Promise<boolean> {
  writeFileSync(path, whole)
  const before = await checkBackup(path, signal)
  writeFileSync(path, bytes)
  const after = await checkBackup(path, signal).catch(() => undefined)
  return JSON.stringify(after) === JSON.stringify(before)
}

t.test('an archive of another program is refused', async (t) => {
  const folder = t.testdir({ home: { 'identity.key': 'x' }, 'kith-backup.json': '{"format":"other"}' })
  const file = join(folder, 'x.tar')
  const home = join(folder, 'new')
  const pack = (...words: string[]): unknown =>
    execFileSync('tar', ['--format=ustar', '-cf', file, '-C', folder, ...words])
  const refused = (message: RegExp, code = 'bad-backup') =>
    t.rejects(restoreHome({ file, home, now: NOW, signal }), { code, message })
  pack('home/identity.key')
  await refused(/does not begin with kith-backup.json/)
  pack('kith-backup.json', 'home/identity.key')
  await refused(/of another program/)
  writeFileSync(join(folder, 'kith-backup.json'), '[')
  pack('kith-backup.json')
  await refused(/not JSON/)
  writeFileSync(join(folder, 'kith-backup.json'), '{"format":"kith-backup","version":2,"kith":"9.0.0"}')
  pack('kith-backup.json')
  await refused(/has format 2/, 'newer-backup')
  symlinkSync('/etc', join(folder, 'home', 'link'))
  manifest(folder, 'QmNobody')
  pack('kith-backup.json', 'home/link')
  await refused(/special file/)
  appendFileSync(file, 'x')
  await t.rejects(restoreHome({ file: folder, home, now: NOW, signal }), { code: 'no-backup' })
  await t.rejects(restoreHome({ file: join(folder, 'none'), home, now: NOW, signal }), { code: 'no-backup' })
  t.notOk(existsSync(home))
})

t.test('what only shows once it is written leaves the home empty', async (t) => {
  const { folder, home: from } = await usedHome(t)
  const tree = join(folder, 'tree')
  mkdirSync(join(tree, 'home'), { recursive: true })
  const home = join(folder, 'new')
  const file = join(folder, 'x.tar')
  const pack = (peer: string): void => {
    manifest(tree, peer)
    const names = ['kith-backup.json', ...readdirSync(join(tree, 'home')).map((name) => `home/${name}`)]
    writeFileSync(join(tree, 'SHA256SUMS'), execFileSync('sha256sum', names, { cwd: tree }))
    execFileSync('tar', ['--format=ustar', '-cf', file, '-C', tree, ...names, 'SHA256SUMS'])
  }
  const refused = async (expected: { code: string; message?: RegExp; hint?: RegExp }): Promise<void> => {
    await t.rejects(restoreHome({ file, home, now: NOW, signal }), expected)
    t.same(
      readdirSync(home).filter((name) => !name.startsWith('node.')),
      []
    )
  }
  const key = join(tree, 'home', 'identity.key')
  writeFileSync(key, readFileSync(join(from, 'identity.key')))
  chmodSync(key, 0o600)
  pack('12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7')
  await refused({ code: 'bad-backup', message: /its key is that of/ })
  const peer = await peerOfHome(from)
  const database = new DatabaseSync(join(tree, 'home', 'history.sqlite'))
  database.exec('PRAGMA user_version = 99')
  database.close()
  pack(peer)
  await refused({ code: 'history-newer', hint: /Roll back/ })
  truncateSync(key, 20)
  pack(peer)
  await refused({ code: 'identity-damaged' })
})

function manifest(folder: string, peer: string): void {
  const text = { format: 'kith-backup', version: 1, peer, created: '2026-11-29T00:00:00.000Z', kith: '0.1.0' }
  writeFileSync(join(folder, 'kith-backup.json'), JSON.stringify(text))
}
