import t from 'tap'
import type { StoreEntry } from '../../../src/config/store.ts'
import type { PeerInfo } from '../../../src/node/peers/directory.ts'
import {
  idleRights,
  StorePolicy,
  unmatchedStore,
  wordsWithoutEntry
} from '../../../src/node/peers/store-policy.ts'
import type { BookEntry } from '../../../src/peer/book/book.ts'

const SELF = '12D3KooWCXPjTrGXNoByMuxjyBSpfJFR4GRTYGEbLQfNkeKP7Wxg'
const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const STRANGER = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'

const hall: BookEntry = { name: 'hall', peer: HALL, purposes: ['climate'], addresses: [], time: false }

function policy(store: StoreEntry[], claims: PeerInfo[] = [], book: BookEntry[] = [hall]): StorePolicy {
  return new StorePolicy({
    self: SELF,
    store: () => store,
    entryOf: (peer) => book.find((entry) => entry.peer === peer),
    claimOf: (peer) => claims.find((claim) => claim.peer === peer)
  })
}

t.test('names and purposes are those of the book, whatever peers claim', async (t) => {
  const claims = [{ peer: STRANGER, name: 'hall', purposes: ['climate', 'temperature'] }]
  for (const store of [['hall'], ['climate'], ['hall', 'climate', 'temperature']]) {
    const stored = policy(store, claims)
    t.equal(stored.reasonFor(HALL), 'book', store.join())
    t.equal(stored.reasonFor(STRANGER), undefined, store.join())
  }
  t.notOk(policy(['temperature'], claims).keepsOf(STRANGER))
  t.ok(policy([STRANGER], claims).keepsOf(STRANGER), 'a PeerId is one')
})

t.test('a claim counts where the configuration says so', async (t) => {
  const claims = [{ peer: STRANGER, name: 'attic', purposes: ['temperature'] }]
  t.equal(policy([{ claimed: 'temperature' }], claims).reasonFor(STRANGER), 'claimed')
  t.equal(policy([{ claimed: 'attic' }], claims).reasonFor(STRANGER), 'claimed')
  t.equal(policy([{ claimed: 'soil' }], claims).reasonFor(STRANGER), undefined)
  t.equal(policy([{ claimed: 'hall' }], claims).reasonFor(HALL), undefined, 'the book is no claim')
  t.equal(policy([STRANGER, { claimed: 'attic' }], claims).reasonFor(STRANGER), 'book')
})

t.test('who was stored is stored on while nobody knows what it claims now', async (t) => {
  const series = [`${STRANGER}/air/temperature`]
  const unknown = policy([{ claimed: 'attic' }])
  t.notOk(unknown.keepsOf(STRANGER))
  unknown.recall(series)
  t.ok(unknown.keepsOf(STRANGER))
  t.ok(unknown.keeps(`${STRANGER}/air/humidity`))
  const renamed = policy([{ claimed: 'attic' }], [{ peer: STRANGER, name: 'loft', purposes: [] }])
  renamed.recall(series)
  t.notOk(renamed.keepsOf(STRANGER))
  const byBook = policy(['attic'])
  byBook.recall(series)
  t.notOk(byBook.keepsOf(STRANGER), 'a word of the book is no claim')
})

t.test('never our own, and nobody where nothing is named', async (t) => {
  t.notOk(policy([SELF, 'hall']).keepsOf(SELF))
  t.notOk(policy([]).keepsOf(HALL))
  t.notOk(policy(['hall']).keeps('nonsense'))
})

t.test('words that no entry of the book has are named, with what to do', async (t) => {
  t.strictSame(wordsWithoutEntry(['hall', 'climate', HALL, { claimed: 'soil' }, 'attic'], [hall]), ['attic'])
  t.match(unmatchedStore('attic'), {
    message: /^store: "attic" .* nothing is stored/,
    hint: /claimed: attic/
  })
})

t.test('rights in the book that give nothing here are named, with what to do', async (t) => {
  const things = {
    sensors: [{ name: 'air', type: 'tmp102', private: false, options: {} }],
    switches: [{ name: 'heater', private: false }]
  }
  const may = ['operate:heater', 'read:air', 'own', 'operate:air', 'read:attic', 'read:/doc/notes/v1']
  t.match(idleRights([{ ...hall, may }], things), [
    {
      message: /^book: hall: operate:air: .* air is a sensor: this grants nothing/,
      hint: 'grant read on it'
    },
    { message: /^book: hall: read:attic: this node has no attic/, hint: /kith access/ }
  ])
})
