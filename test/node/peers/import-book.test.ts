import t from 'tap'
import { mergeIntoBook } from '../../../src/node/peers/import-book.ts'
import { AddressBook, type BookEntry } from '../../../src/peer/book/book.ts'

const SELF = '12D3KooWGyFN1w9WZ4XrWpH67LX3n1jyw5huNbzxuV7wfjuZ8Pei'
const hall: BookEntry = {
  name: 'hall',
  peer: '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES',
  purposes: ['temperature'],
  addresses: ['/ip4/192.168.1.20/tcp/4001'],
  time: false
}
const attic: BookEntry = {
  ...hall,
  name: 'attic',
  peer: '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
}
const relay = (host: string): string => `/dns4/${host}/tcp/4001/p2p/${SELF}`

function merge(entries: readonly BookEntry[], book: readonly BookEntry[], capacity = 8) {
  return mergeIntoBook(entries, new AddressBook(book, { capacity }), SELF)
}

t.test('who is new is added as it is', async (t) => {
  const merged = merge([hall, { ...attic, added: 'met', note: 'under the roof', time: true }], [])
  t.strictSame(merged.put, [hall, { ...attic, added: 'met', note: 'under the roof', time: true }])
  t.strictSame(merged.report, { added: ['hall', 'attic'], changed: [], same: 0, conflicts: [] })
})

t.test('lists are united, what is missing is taken, and the same stays the same', async (t) => {
  const more = {
    ...hall,
    purposes: ['soil'],
    addresses: ['/ip6/fd00::1/tcp/1'],
    relays: [relay('a')],
    note: 'left'
  }
  const { put, report } = merge([more, attic], [hall, attic])
  t.strictSame(put, [
    {
      ...hall,
      purposes: ['temperature', 'soil'],
      addresses: ['/ip4/192.168.1.20/tcp/4001', '/ip6/fd00::1/tcp/1'],
      relays: [relay('a')],
      note: 'left'
    }
  ])
  t.strictSame(report, { added: [], changed: ['hall'], same: 1, conflicts: [] })
})

t.test('what is not taken is listed', async (t) => {
  const known = { ...hall, note: 'mine', relays: [relay('a'), relay('b')] }
  const other = { ...hall, name: 'door', note: 'theirs', time: true, relays: [relay('c')] }
  const { put, report } = merge([other, { ...attic, name: 'hall' }, { ...attic, peer: SELF }], [known])
  t.strictSame(put, [])
  t.match(report, { added: [], changed: [], same: 1 })
  t.match(report.conflicts, [
    { name: 'door', text: /is "hall" in the book: that name stays/ },
    { name: 'door', text: /note of the book stays, not that of the file: "theirs"/ },
    { name: 'door', text: /trusts its clock: not taken/ },
    { name: 'door', text: /relay \/dns4\/c.* not taken/ },
    { name: 'hall', text: /is 12D3KooWMF.* in the book, 12D3KooWSq.* in the file: not imported/ },
    { name: 'attic', text: /this node itself/ }
  ])
})

t.test('a full book takes no more, and says so', async (t) => {
  const { put, report } = merge([{ ...hall, note: 'left' }, attic, { ...attic, name: 'den' }], [hall], 1)
  t.equal(put.length, 1, 'what is in it can still be changed')
  t.match(report.conflicts, [
    { name: 'attic', text: /full/ },
    { name: 'den', text: /full/ }
  ])
})

t.test('a name with a meaning in access: is not imported', async (t) => {
  const { put, report } = merge(
    [
      { ...attic, name: 'mqtt' },
      { ...hall, name: 'near', note: 'left' }
    ],
    [hall],
    8
  )
  t.match(put, [{ name: 'hall', note: 'left' }])
  t.match(report.conflicts[0], { name: 'mqtt', text: /meaning of its own in access: not imported/ })
})

t.test('an entry that could not be used ends the import', async (t) => {
  for (const bad of [{ addresses: ['nonsense'] }, { name: 'a b' }, { peer: 'x' }, { purposes: ['\u001b'] }])
    t.throws(() => merge([hall, { ...attic, ...bad }], []), { name: 'NodeError' })
})

t.test('an import gives no rights: neither those of the file nor by a word of kith.yaml', async (t) => {
  const grants = (word: string): boolean => word === 'attic' || word === 'weather'
  const file = [
    { ...hall, may: ['own'], purposes: ['temperature', 'weather'] },
    { ...attic, may: ['operate:heater'] },
    { ...attic, name: 'den', purposes: ['weather', 'soil'], may: ['read'] }
  ]
  const merged = mergeIntoBook(file, new AddressBook([hall], { capacity: 8 }), SELF, grants)
  t.strictSame(merged.put, [{ ...attic, name: 'den', purposes: ['soil'] }])
  t.strictSame(merged.report.conflicts, [
    { name: 'hall', text: 'its rights in the file (own) are not taken; kith book add … --may gives them' },
    {
      name: 'hall',
      text: 'kith.yaml grants rights to the purpose "weather": not taken; kith book add … --purpose gives it'
    },
    {
      name: 'attic',
      text: 'its rights in the file (operate:heater) are not taken; kith book add … --may gives them'
    },
    {
      name: 'attic',
      text: `kith.yaml grants rights to this name: not imported; kith book add attic ${attic.peer} does it`
    },
    { name: 'den', text: 'its rights in the file (read) are not taken; kith book add … --may gives them' },
    {
      name: 'den',
      text: 'kith.yaml grants rights to the purpose "weather": not taken; kith book add … --purpose gives it'
    }
  ])
  const known = { ...hall, may: ['own'], purposes: ['temperature', 'weather'] }
  const again = mergeIntoBook(file.slice(0, 1), new AddressBook([known], { capacity: 8 }), SELF, grants)
  t.strictSame(again.report, { added: [], changed: [], same: 1, conflicts: [] }, 'what is there stays')
})
