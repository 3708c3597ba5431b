import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { initHome } from '../../src/node/home.ts'

const files = { 'kith.yaml': '#name: hall\n', 'kith.schema.json': '{"a": 1}\n', 'book.yaml': '# nobody\n' }

t.test('a home is made with every file, and made again with none', async (t) => {
  const path = join(t.testdir({}), 'home')
  const made = await initHome(path, files)
  t.strictSame(made.written, Object.keys(files))
  for (const [name, text] of Object.entries(files)) t.equal(readFileSync(join(path, name), 'utf8'), text)
  t.strictSame(await initHome(path, files), { ...made, written: [] })
  t.notOk(readdirSync(path).some((name) => name.endsWith('.tmp')))
})

t.test('what a person wrote is kept, what a full disk left is not', async (t) => {
  const path = t.testdir({ 'kith.yaml': 'name: den\n', 'kith.schema.json': '{"a": ', 'book.yaml': '' })
  const made = await initHome(path, files)
  t.strictSame(made.written, ['kith.schema.json', 'book.yaml'])
  t.equal(readFileSync(join(path, 'kith.yaml'), 'utf8'), 'name: den\n')
  t.equal(readFileSync(join(path, 'kith.schema.json'), 'utf8'), files['kith.schema.json'])
})

t.test('a link is kept, even one that leads nowhere', async (t) => {
  const path = t.testdir({ 'kith.yaml': t.fixture('symlink', '/none/kith.yaml') })
  t.notMatch((await initHome(path, files)).written, ['kith.yaml'])
  t.equal(readlinkSync(join(path, 'kith.yaml')), '/none/kith.yaml')
})
