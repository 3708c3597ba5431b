import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { removeUnfinished, unwritten, writeAtomic, writeAtomicSync } from '../src/write-atomic.ts'

t.test('a file is made, and replaced as a whole', async (t) => {
  const folder = t.testdir({})
  const path = join(folder, 'epoch')
  await writeAtomic(path, '1')
  await writeAtomic(path, new Uint8Array([50, 10]))
  t.equal(readFileSync(path, 'utf8'), '2\n')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.strictSame(readdirSync(folder), ['epoch'], 'nothing else is left')
})

t.test('many at once leave one whole file', async (t) => {
  const folder = t.testdir({})
  const path = join(folder, 'book.yaml')
  await Promise.all(Array.from({ length: 20 }, (_, i) => writeAtomic(path, String(i).repeat(1000))))
  t.match(readFileSync(path, 'utf8'), /^(\d{1,2})\1{999}$/)
  t.strictSame(readdirSync(folder), ['book.yaml'])
})

t.test('a failure leaves the old file and no rest', async (t) => {
  const folder = t.testdir({})
  mkdirSync(join(folder, 'taken'))
  writeFileSync(join(folder, 'taken', 'x'), '')
  await t.rejects(writeAtomic(join(folder, 'taken'), 'new'), { code: 'unwritten', cause: { code: 'EISDIR' } })
  t.strictSame(readdirSync(folder), ['taken'])
  await t.rejects(writeAtomic(join(folder, 'none', 'file'), 'new'), {
    code: 'unwritten',
    cause: { code: 'ENOENT' }
  })
})

t.test('what a power cut left is removed, and nothing else', async (t) => {
  const folder = t.testdir({ 'identity.key.0123456789ab.tmp': '', 'mine.tmp': '', 'identity.key': '' })
  await removeUnfinished(folder)
  t.strictSame(readdirSync(folder), ['identity.key', 'mine.tmp'])
})

t.test('the synchronous form does the same', async (t) => {
  const folder = t.testdir({})
  const path = join(folder, 'epoch')
  writeAtomicSync(path, '1')
  writeAtomicSync(path, '2\n')
  t.equal(readFileSync(path, 'utf8'), '2\n')
  t.equal(statSync(path).mode & 0o777, 0o600)
  mkdirSync(join(folder, 'taken', 'x'), { recursive: true })
  t.throws(() => writeAtomicSync(join(folder, 'taken'), 'new'), { code: 'unwritten' })
  t.strictSame(readdirSync(folder), ['epoch', 'taken'], 'nothing else is left')
})

t.test('what cannot be written is said with its file and what to do', async (t) => {
  const failure = (code: string): Error => Object.assign(new Error(`${code}: failed, write`), { code })
  const full = unwritten('/home/kith/book.yaml', failure('ENOSPC'))
  t.match(full, {
    message: '/home/kith/book.yaml cannot be written: no space is left on the disk',
    hint: /make room/,
    remedy: 'retry',
    cause: { code: 'ENOSPC' }
  })
  t.match(unwritten('x', failure('EROFS')).message, 'x cannot be written: the file system is read-only')
  t.match(unwritten('x', failure('ENOTDIR')).message, 'x cannot be written: ENOTDIR: failed, write')
  t.match(unwritten('x', 'odd').message, 'x cannot be written: odd')
})
