import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { AddressBook, type BookEntry, readBook } from '../../../src/peer/book/book.ts'

const hall: BookEntry = {
  name: 'hall',
  peer: '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES',
  purposes: ['temperature'],
  addresses: [],
  time: false
}
const attic: BookEntry = {
  ...hall,
  name: 'attic',
  peer: '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
}

t.test('entries survive the file', async (t) => {
  const path = join(t.testdir(), 'book.yaml')
  const book = new AddressBook([], { file: { path, write: (text) => writeFile(path, text) }, capacity: 8 })
  await book.put({
    ...hall,
    addresses: ['/ip4/192.168.1.20/tcp/4001'],
    time: true,
    note: 'by the door: "left"'
  })
  await book.put(attic)
  t.same(await readBook(path), book.entries())
  t.match(await readFile(path, 'utf8'), /^# The address book/)
})

t.test('an absent file is an empty book', async (t) => {
  t.same(await readBook(join(t.testdir(), 'book.yaml')), [])
})

t.test('what could not be written has not happened', async (t) => {
  const book = new AddressBook([hall], {
    file: { path: 'book.yaml', write: () => Promise.reject(new Error('ENOSPC')) },
    capacity: 8
  })
  await t.rejects(book.put(attic), /ENOSPC/)
  await t.rejects(book.remove('hall'), /ENOSPC/)
  t.same(book.entries(), [hall])
})

t.test('refusals name the cure', async (t) => {
  const book = new AddressBook([hall], { capacity: 1 })
  await t.rejects(book.put(attic), { code: 'book-full' })
  await t.rejects(book.put({ ...hall, name: 'Hall' }), { code: 'bad-name' })
  await t.rejects(book.put({ ...hall, name: 'door' }), {
    code: 'already-named',
    hint: 'kith book rename hall door'
  })
  await t.rejects(book.remove('door'), { code: 'nobody-found' })
  await t.rejects(book.rename('door', 'gate'), { code: 'nobody-found' })
  t.same(await book.rename('hall', 'gate'), { ...hall, name: 'gate' })
  t.equal(book.ofPeer(hall.peer)?.name, 'gate')
})

for (const [what, text] of [
  ['no list', 'name: hall\n'],
  ['no name', '- peer: 12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES\n'],
  ['no PeerId', '- name: hall\n  peer: hall\n'],
  [
    'purposes of another kind',
    '- name: hall\n  peer: 12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES\n  purposes: temperature\n'
  ],
  ['no YAML', '- {\n']
] as const) {
  t.test(`a damaged book stops with its place: ${what}`, async (t) => {
    const path = join(t.testdir({ 'book.yaml': text }), 'book.yaml')
    await t.rejects(readBook(path), { code: 'bad-book', remedy: 'stop' })
    t.equal(await readFile(path, 'utf8'), text, 'the file is left as it is')
  })
}

t.test('changes at once are made one after the other', async (t) => {
  const path = join(t.testdir(), 'book.yaml')
  const book = new AddressBook([], { file: { path, write: (text) => writeFile(path, text) }, capacity: 2 })
  const peer = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'
  const tries = await Promise.allSettled([
    book.put(hall),
    book.put(attic),
    book.put({ ...hall, name: 'den', peer }),
    book.rename('hall', 'cellar')
  ])
  t.same(
    tries.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    'the third finds the book full'
  )
  t.same(
    book.entries().map(({ name }) => name),
    ['attic', 'cellar']
  )
  t.same(await readBook(path), book.entries())
})
