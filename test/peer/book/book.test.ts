import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { bookFile } from '../../../src/node/peers/book-file.ts'
import { AddressBook, type BookEntry } from '../../../src/peer/book/book.ts'

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
  const book = new AddressBook([], { file: bookFile(path), capacity: 8 })
  await book.put({
    ...hall,
    addresses: ['/ip4/192.168.1.20/tcp/4001'],
    time: true,
    note: 'by the door: "left"'
  })
  await book.put(attic)
  t.same(await bookFile(path).read(), book.entries())
  t.match(await readFile(path, 'utf8'), /^# The address book/)
})

t.test('an absent file is an empty book', async (t) => {
  t.same(await bookFile(join(t.testdir(), 'book.yaml')).read(), [])
})

t.test('what could not be written has not happened', async (t) => {
  const book = new AddressBook([hall], {
    file: {
      version: async () => undefined,
      read: async () => [],
      write: () => Promise.reject(new Error('ENOSPC'))
    },
    capacity: 8
  })
  await t.rejects(book.put(attic), /ENOSPC/)
  await t.rejects(book.remove('hall'), /ENOSPC/)
  t.same(book.entries(), [hall])
})

t.test('words with a meaning in access: name no new peer, and one of before keeps its name', async (t) => {
  const old = { ...hall, name: 'near' }
  const book = new AddressBook([old], { capacity: 8 })
  for (const name of ['near', 'anyone', 'mqtt', 'http']) {
    const empty = new AddressBook([hall], { capacity: 8 })
    const refusal = { code: 'bad-name', hint: `choose another, as ${name}-1` }
    await t.rejects(empty.put({ ...attic, name }), refusal)
    await t.rejects(empty.rename('hall', name), refusal)
  }
  t.match(await book.put({ ...old, note: 'as it was' }), { name: 'near', note: 'as it was' })
  t.match(await book.rename('near', 'hall'), { name: 'hall' })
})

t.test('refusals name the cure', async (t) => {
  const book = new AddressBook([hall], { capacity: 1 })
  await t.rejects(book.put(attic), { code: 'book-full' })
  await t.rejects(book.put({ ...hall, name: 'Hall' }), { code: 'bad-name' })
  await t.rejects(book.put({ ...hall, name: 'door' }), {
    code: 'already-named',
    hint: "book.rename('hall', 'door')",
    commandHint: 'kith book rename hall door'
  })
  await t.rejects(book.remove('door'), { code: 'nobody-found' })
  await t.rejects(book.rename('door', 'gate'), { code: 'nobody-found' })
  t.same(await book.rename('hall', 'gate'), { ...hall, name: 'gate' })
  t.equal(book.ofPeer(hall.peer)?.name, 'gate')
})

t.test('changes at once are made one after the other', async (t) => {
  const path = join(t.testdir(), 'book.yaml')
  const book = new AddressBook([], { file: bookFile(path), capacity: 2 })
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
  t.same(await bookFile(path).read(), book.entries())
})

const ENTRY = '- name: hall\n  peer: 12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES\n'
const OTHER = '- name: attic\n  peer: 12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56\n'

/** An edit is taken once two looks find it the same. */
async function settled(book: AddressBook): Promise<readonly BookEntry[]> {
  t.same(await book.reload(), [])
  return book.reload()
}

t.test('an edit of the file is taken, with what differs', async (t) => {
  const path = join(t.testdir({ 'book.yaml': ENTRY }), 'book.yaml')
  const file = bookFile(path)
  const book = new AddressBook(await file.read(), { file, version: await file.version(), capacity: 2 })
  t.same(await book.reload(), [], 'nothing changed')
  await writeFile(path, `# by hand\n${ENTRY}  note: left\n${OTHER}`)
  t.same(
    (await settled(book)).map(({ name }) => name),
    ['hall', 'attic']
  )
  t.equal(book.get('hall')?.note, 'left')
  await writeFile(path, OTHER)
  t.same(await settled(book), [])
  t.equal(book.get('hall'), undefined)
  t.equal(book.ofPeer(hall.peer), undefined)
  await rm(path)
  t.same(await settled(book), [], 'a file that is gone changes nothing')
  t.ok(book.get('attic'))
  await book.put(hall)
  t.equal((await file.read()).length, 2, 'and is written anew by the next change')
})

t.test('a bad edit changes nothing, and is not overwritten', async (t) => {
  const path = join(t.testdir({ 'book.yaml': ENTRY }), 'book.yaml')
  const file = bookFile(path)
  const book = new AddressBook(await file.read(), { file, version: await file.version(), capacity: 2 })
  const bad = `${ENTRY}- name: attic\n  peer: nobody\n`
  await writeFile(path, bad)
  const error = await settled(book).catch((error: unknown) => error)
  t.match(error, {
    code: 'bad-book',
    message: /book\.yaml:3: entry "attic" has no PeerId/,
    hint: 'write peer: and its PeerId',
    commandHint: /kith id/
  })
  t.equal(await book.reload().catch((again: unknown) => again), error, 'it is not read again')
  await t.rejects(book.put(attic), { code: 'bad-book' })
  t.equal(await readFile(path, 'utf8'), bad)
  t.same(
    book.entries(),
    [hall].map(({ purposes: _, ...entry }) => ({ ...entry, purposes: [] }))
  )
  await writeFile(path, ENTRY + OTHER + OTHER.replace('attic', 'den').replace('E56', 'E57'))
  await t.rejects(settled(book), { code: 'book-full' })
  await writeFile(path, ENTRY + OTHER)
  await book.remove('hall')
  t.same(
    (await file.read()).map(({ name }) => name),
    ['attic'],
    'a change is made of what a person wrote meanwhile'
  )
})

t.test('several changes at once are one: names go first, and all or nothing is made', async (t) => {
  const book = new AddressBook([hall], { capacity: 1 })
  await book.change(() => ({ put: [attic], remove: ['hall'] }))
  t.same(book.entries(), [attic])
  await t.rejects(
    book.change(() => ({ put: [hall, { ...hall, name: 'den' }], remove: [] })),
    { code: 'book-full' }
  )
  t.same(book.entries(), [attic])
})

t.test('a PeerId of two entries has both, each change is reported, and rights follow a rename', async (t) => {
  const both = [hall, { ...hall, name: 'den', may: ['own'] }]
  const book = new AddressBook([...both, attic], { capacity: 8 })
  t.strictSame(
    book.entriesOf(hall.peer).map(({ name }) => name),
    ['hall', 'den']
  )
  t.strictSame(book.entriesOf(attic.peer), [attic])
  t.strictSame(book.entriesOf('nobody'), [])
  let changes = 0
  book.onChange(() => changes++)
  await book.rename('den', 'study')
  t.strictSame(book.get('study')?.may, ['own'])
  await book.remove('hall')
  t.strictSame(
    book.entriesOf(hall.peer).map(({ name }) => name),
    ['study']
  )
  t.equal(changes, 2)
})
