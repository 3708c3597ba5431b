import t from 'tap'
import { type Paired, pairedEntry } from '../../../src/node/pairing/paired-entry.ts'
import { AddressBook, type BookEntry } from '../../../src/peer/book/book.ts'

const PEER = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
const OTHER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

const entryOf = (paired: Partial<Paired>, book: BookEntry[] = [], meant: string[] = []): BookEntry =>
  pairedEntry(
    { peer: PEER, proposed: [], may: [], ...paired },
    new AddressBook(book, { capacity: 16 }),
    (name) => meant.includes(name)
  )

const other = (name: string): BookEntry => ({ name, peer: OTHER, purposes: [], addresses: [], time: false })

t.test('a new peer gets the first proposed name that is free', async (t) => {
  t.same(entryOf({ proposed: ['anna'] }), {
    name: 'anna',
    peer: PEER,
    purposes: [],
    addresses: [],
    time: false,
    added: 'paired'
  })
  t.equal(entryOf({ proposed: ['anna'] }, [other('anna')]).name, 'anna-2')
  t.equal(entryOf({ proposed: ['anna'] }, [], ['anna', 'anna-2']).name, 'anna-3')
  t.equal(entryOf({ proposed: [undefined] }).name, 'peer-eato4az7')
  const long = 'a'.repeat(32)
  t.equal(entryOf({ proposed: [long] }, [other(long)]).name, `${'a'.repeat(30)}-2`)
})

t.test('a name that a person gave is taken, or refused', async (t) => {
  t.equal(entryOf({ name: 'anna', proposed: ['x'] }, [], ['anna']).name, 'anna', 'granted to it on purpose')
  t.throws(() => entryOf({ name: 'anna' }, [other('anna')]), { code: 'already-named' })
  t.throws(() => entryOf({ name: 'Anna' }), { code: 'bad-name' })
})

t.test('an entry that is there keeps what it has', async (t) => {
  const known: BookEntry = {
    name: 'anna',
    peer: PEER,
    purposes: ['soil'],
    addresses: ['/ip4/10.0.0.1/tcp/1'],
    time: true,
    may: ['read:air'],
    added: 'typed',
    note: 'the laptop'
  }
  const entry = entryOf(
    { proposed: ['else'], addresses: ['/ip4/10.0.0.2/tcp/1'], may: ['own', 'read:air'] },
    [known]
  )
  t.same(entry, {
    ...known,
    addresses: ['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1'],
    may: ['read:air', 'own']
  })
  t.same(entryOf({}, [known]), known)
  t.throws(() => entryOf({ name: 'ben' }, [known]), {
    code: 'already-named',
    commandHint: 'kith book rename anna ben'
  })
})
