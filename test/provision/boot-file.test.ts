import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readBootFile, replaceErasing } from '../../src/provision/boot-file.ts'

function folder(t: Test, files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = t.testdir({})
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

const COMMENTS = '# kith reads this file\r\n\r\n  # name: hall\r\n'

t.test('every name and encoding in which editors save it', async (t) => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('name: hall\r\n', 'utf16le')])
  const cases: [name: string, content: string | Uint8Array, text: string][] = [
    ['kith.yaml', 'name: hall\n', 'name: hall\n'],
    ['KITH.YAML', 'name: hall\n', 'name: hall\n'],
    ['kith.yml', 'name: hall\n', 'name: hall\n'],
    ['kith.yaml.txt', '\ufeffname: hall\r\n', 'name: hall\r\n'],
    ['kith.yaml', utf16, 'name: hall\r\n']
  ]
  for (const [name, content, text] of cases) {
    const found = await readBootFile(
      folder(t, { [name]: content, 'config.txt': 'kernel=x', 'kith.yaml.bak': 'name: x' })
    )
    t.match(found, { name, text }, name)
  }
})

t.test('there is none', async (t) => t.equal(await readBootFile(folder(t, {})), undefined))

t.test('beside the comments that the image brings, another one counts', async (t) => {
  const found = await readBootFile(folder(t, { 'kith.yaml': COMMENTS, 'kith.yaml.txt': 'name: hall' }))
  t.equal(found?.name, 'kith.yaml.txt')
  t.equal((await readBootFile(folder(t, { 'kith.yaml': COMMENTS })))?.text, COMMENTS)
})

t.test('what cannot be read as one text is refused with what to do', async (t) => {
  const cases: [Readonly<Record<string, string | Uint8Array>>, RegExp][] = [
    [
      { 'kith.yaml': 'name: hall', 'kith.yaml.txt': 'name: attic' },
      /kith.yaml and kith.yaml.txt are both there/
    ],
    [{ 'kith.yaml': new Uint8Array([0x6e, 0xfc, 0x0a]) }, /not text in UTF-8/],
    [{ 'kith.yaml': 'x'.repeat(2 ** 18 + 1) }, /larger than 256 KiB/]
  ]
  for (const [files, message] of cases)
    await t.rejects(readBootFile(folder(t, files)), { code: 'bad-config', message, hint: /\w/ })
})

t.test('the bytes of the replaced file are overwritten', async (t) => {
  const path = join(folder(t, { 'kith.yaml': 'password: geheim123\n' }), 'kith.yaml')
  const old = openSync(path, 'r')
  await replaceErasing({ name: 'kith.yaml', path, text: '' }, 'password: ""\n')
  const bytes = Buffer.alloc(64, 1)
  const read = readSync(old, bytes, 0, 64, 0)
  closeSync(old)
  t.same(bytes.subarray(0, read), Buffer.alloc(20))
  t.equal(readFileSync(path, 'utf8'), 'password: ""\n')
})
