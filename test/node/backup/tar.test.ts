import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { BLOCK, paddingOf, readTarHeader, tarHeader } from '../../../src/node/backup/tar.ts'

const entry = { name: 'home/kith.yaml', size: 5, mode: 0o600, mtime: 1_767_225_600 }
const long = `home/${'folder-of-40-characters-in-a-long-path-/'.repeat(3)}${'n'.repeat(99)}`

t.test('a header is read as it was written', async (t) => {
  t.same(readTarHeader(tarHeader(entry)), entry)
  t.same(readTarHeader(tarHeader({ ...entry, name: long })), { ...entry, name: long })
  t.same(readTarHeader(tarHeader({ ...entry, size: 8 ** 11 - 1 }))?.size, 8 ** 11 - 1)
  t.equal(readTarHeader(Buffer.alloc(BLOCK)), undefined)
})

t.test('tar(1) reads what was written', async (t) => {
  const path = join(t.testdir(), 'a.tar')
  const files = [entry, { ...entry, name: long }]
  const parts = files.flatMap((file) => [tarHeader(file), Buffer.from('hello'), Buffer.alloc(paddingOf(5))])
  writeFileSync(path, Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]))
  t.equal(execFileSync('tar', ['tf', path], { encoding: 'utf8' }), `${entry.name}\n${long}\n`)
  t.equal(execFileSync('tar', ['xOf', path, entry.name], { encoding: 'utf8' }), 'hello')
})

t.test('a header that GNU tar wrote is read', async (t) => {
  const folder = t.testdir({ home: { 'a.txt': 'hello' } })
  const words = [
    '--format=ustar',
    '--mode=600',
    '--mtime=@1767225600',
    '-cf',
    '-',
    '-C',
    folder,
    'home/a.txt'
  ]
  t.same(readTarHeader(execFileSync('tar', words).subarray(0, BLOCK)), { ...entry, name: 'home/a.txt' })
})

t.test('names that could leave the home are refused in both directions', async (t) => {
  for (const name of [
    '/etc/passwd',
    '../x',
    'home/../../x',
    'home//x',
    './x',
    'home/.',
    '',
    'a\\b',
    'a\nb'
  ]) {
    t.throws(() => tarHeader({ ...entry, name }), { code: 'not-stored' }, JSON.stringify(name))
    if (name.includes('\n')) continue
    t.throws(() => readTarHeader(forged({ name })), { code: 'bad-backup' }, JSON.stringify(name))
  }
})

t.test('links, folders and devices are refused', async (t) => {
  for (const type of ['1', '2', '3', '4', '5', '6', 'L', 'x', '\0'])
    t.throws(
      () => readTarHeader(forged({ type })),
      { code: 'bad-backup', message: /special file/ },
      JSON.stringify(type)
    )
})

t.test('every flipped bit of a header is noticed', async (t) => {
  const header = tarHeader(entry)
  for (let bit = 0; bit < BLOCK * 8; bit++) {
    const flipped = Buffer.from(header)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    try {
      // What stays readable says the same: a space for a zero behind the sum.
      t.same(readTarHeader(flipped), entry, `bit ${bit}`)
    } catch (error) {
      t.equal((error as { code?: string }).code, 'bad-backup')
    }
  }
})

t.test('what does not fit is refused', async (t) => {
  t.throws(() => tarHeader({ ...entry, size: 8 ** 11 }), { code: 'not-stored', message: /8 GiB/ })
  t.throws(() => tarHeader({ ...entry, name: 'n'.repeat(101) }), { code: 'not-stored', message: /too long/ })
})

/** A header with another name or type, and the right sum. */
function forged({ name, type }: { name?: string; type?: string }): Buffer {
  const header = tarHeader(entry)
  if (name !== undefined) header.fill(0, 0, 100).write(name, 0)
  if (type !== undefined) header.write(type, 156, 'latin1')
  header.fill(0x20, 148, 156)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}
