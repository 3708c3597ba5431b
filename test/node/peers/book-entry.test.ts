import t from 'tap'
import { changedEntry } from '../../../src/node/peers/book-entry.ts'
import type { BookEntry } from '../../../src/peer/book/book.ts'

const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const ATTIC = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
const FIRST = '/ip4/192.168.1.20/tcp/4001'
const SECOND = `/dns4/hall.example.org/tcp/4001/p2p/${HALL}`

const known: BookEntry = {
  name: 'hall',
  peer: HALL,
  purposes: ['climate'],
  addresses: [FIRST],
  time: true,
  note: 'by the door'
}
const byAddress = [{ peer: HALL, addresses: [SECOND] }]

t.test('a second address is added to those that are known', async (t) => {
  const entry = changedEntry({ name: 'hall', who: SECOND }, known, byAddress)
  t.strictSame(entry, { ...known, addresses: [FIRST, SECOND] })
  t.strictSame(changedEntry({ name: 'hall', who: SECOND }, entry, byAddress), entry, 'once')
})

t.test('a list of addresses replaces them; what is not named stays', async (t) => {
  const addresses = ['/ip6/fd00::20/tcp/4001']
  t.strictSame(changedEntry({ name: 'hall', addresses }, known, []), { ...known, addresses })
  t.strictSame(changedEntry({ name: 'hall', purposes: [] }, known, []), { ...known, purposes: [] })
  t.match(changedEntry({ name: 'hall', time: false, note: '' }, known, []), { time: false, note: '' })
})

t.test('a new entry has what was given', async (t) => {
  const made = { name: 'hall', peer: HALL, purposes: [], addresses: [SECOND], time: false, added: 'typed' }
  t.strictSame(changedEntry({ name: 'hall', who: SECOND }, undefined, byAddress), made)
  const met = changedEntry({ name: 'hall', who: HALL.slice(-7) }, undefined, [{ peer: HALL, addresses: [] }])
  t.equal(met.added, 'met', 'its PeerId was not written')
  t.throws(() => changedEntry({ name: 'hall' }, undefined, []), { code: 'bad-request' })
  const several = [
    { peer: HALL, addresses: [] },
    { peer: ATTIC, addresses: [] }
  ]
  t.throws(() => changedEntry({ name: 'hall', who: 'climate' }, undefined, several), { code: 'ambiguous' })
})

t.test('a name does not pass to another key with the trust and addresses of the first', async (t) => {
  const other = [{ peer: ATTIC, addresses: [] }]
  t.throws(() => changedEntry({ name: 'hall', who: ATTIC }, known, other), {
    code: 'already-named',
    hint: "for another device under this name: book.remove('hall'), then add it",
    commandHint: /kith book remove hall/
  })
})

t.test('an entry that could not be used is refused', async (t) => {
  const put = (change: { purposes?: string[]; addresses?: string[] }) => () =>
    changedEntry({ name: 'hall', ...change }, known, [])
  t.doesNotThrow(put({ purposes: ['temperature', 'soil-2'], addresses: [FIRST, SECOND] }))
  for (const purpose of ['Soil', 'a b', '', 'x'.repeat(33)])
    t.throws(put({ purposes: ['soil', purpose] }), { code: 'bad-name' }, purpose)
  for (const address of ['nonsense', '', '/', '/ip4/1.2.3.400/tcp/1', '/nope/1', `${FIRST}/p2p/${ATTIC}`])
    t.throws(put({ addresses: [address] }), { code: 'bad-multiaddr' }, address)
})

t.test('rights are replaced as a whole, and an empty list takes them away', async (t) => {
  const granted = changedEntry({ name: 'hall', may: ['operate:heater', 'read'] }, known, [])
  t.strictSame(granted, { ...known, may: ['operate:heater', 'read'] })
  t.strictSame(changedEntry({ name: 'hall', time: true }, granted, []), granted, 'other changes leave them')
  t.strictSame(changedEntry({ name: 'hall', may: ['own'] }, granted, []).may, ['own'])
  t.strictSame(changedEntry({ name: 'hall', may: [] }, granted, []), known)
  t.throws(() => changedEntry({ name: 'hall', may: ['operate:'] }, known, []), { code: 'bad-right' })
  t.throws(() => changedEntry({ name: 'hall', may: Array(65).fill('own') }, known, []), { code: 'bad-right' })
})
