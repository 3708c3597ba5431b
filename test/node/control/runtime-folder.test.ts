import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import {
  isPrivateFolder,
  makeRuntimeFolder,
  runtimeFolders
} from '../../../src/node/control/runtime-folder.ts'

const self = process.geteuid?.()

t.test('folders are named by the home itself, by whatever path it is known', async (t) => {
  const folder = t.testdir({ home: {} })
  symlinkSync(join(folder, 'home'), join(folder, 'link'))
  const { dev, ino } = statSync(join(folder, 'home'))
  const folders = await runtimeFolders(join(folder, 'home'))
  t.strictSame([...new Set(folders.map((path) => basename(path)))], [`kith-${dev}-${ino}`])
  t.strictSame(await runtimeFolders(join(folder, 'link')), folders)
  await t.rejects(runtimeFolders(join(folder, 'none')), { code: 'ENOENT' })
})

t.test('one is made for its owner alone, and found again', async (t) => {
  const path = join(t.testdir({}), 'kith-1-2')
  t.equal(await makeRuntimeFolder(path), true)
  t.equal(statSync(path).mode & 0o777, 0o700)
  t.equal(await makeRuntimeFolder(path), true, 'the leftover of a crash')
  t.equal(await isPrivateFolder(path, self), true)
  t.equal(await makeRuntimeFolder(join(path, 'none', 'kith-1-2')), false, 'no parent')
})

t.test('what another user may have prepared is not used', async (t) => {
  const folder = t.testdir({ own: {} })
  chmodSync(join(folder, 'own'), 0o700)
  symlinkSync(join(folder, 'own'), join(folder, 'link'))
  mkdirSync(join(folder, 'open'))
  chmodSync(join(folder, 'open'), 0o750)
  writeFileSync(join(folder, 'file'), '')
  for (const name of ['link', 'open', 'file'])
    t.equal(await makeRuntimeFolder(join(folder, name)), false, name)
  t.equal(await isPrivateFolder(join(folder, 'own'), self), true)
  t.equal(await isPrivateFolder(join(folder, 'own'), 12_345), false, 'of another user')
})
