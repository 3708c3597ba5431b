import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  keepUnconfirmed,
  restoreUnconfirmed,
  writeUnconfirmed
} from '../../../src/node/configuration/unconfirmed.ts'

function fileFor(t: Test): { file: string; read: (suffix?: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'kith-unconfirmed-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'kith.yaml')
  writeFileSync(file, 'name: hall\n', { mode: 0o640 })
  return { file, read: (suffix = '') => readFileSync(file + suffix, 'utf8') }
}

t.test('confirmed, the one of before is the backup', async (t) => {
  const { file, read } = fileFor(t)
  writeUnconfirmed(file, read(), 'name: attic\n')
  t.equal(read(), 'name: attic\n')
  t.equal(statSync(file).mode & 0o777, 0o640)
  keepUnconfirmed(file)
  t.equal(read('.bak'), 'name: hall\n')
  t.notOk(existsSync(`${file}.unconfirmed`))
  t.notOk(restoreUnconfirmed(file))
  t.equal(read(), 'name: attic\n')
})

t.test('not confirmed, it comes back, to the byte', async (t) => {
  const { file, read } = fileFor(t)
  writeUnconfirmed(file, read(), 'name: attic\n')
  t.ok(restoreUnconfirmed(file))
  t.equal(read(), 'name: hall\n')
  t.notOk(existsSync(`${file}.unconfirmed`))
})

t.test('what was edited since is not touched', async (t) => {
  const { file, read } = fileFor(t)
  writeUnconfirmed(file, read(), 'name: attic\n')
  writeFileSync(file, 'name: roof\n')
  t.notOk(restoreUnconfirmed(file))
  t.equal(read(), 'name: roof\n')
  t.equal(read('.bak'), 'name: hall\n')
})

t.test('a damaged file is an error with its cure', async (t) => {
  const { file, read } = fileFor(t)
  writeFileSync(`${file}.unconfirmed`, 'name: else\n')
  t.throws(() => restoreUnconfirmed(file), { code: 'bad-config', hint: 'remove it' })
  t.equal(read(), 'name: hall\n')
})
