import t from 'tap'
import { invitedEntry } from '../../../src/node/peers/invited-entry.ts'
import { ownInvite } from '../../../src/node/peers/own-invite.ts'
import { AddressBook, type BookEntry } from '../../../src/peer/book/book.ts'
import { readInvite } from '../../../src/peer/book/invite.ts'

const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const ATTIC = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
const SELF = '12D3KooWGyFN1w9WZ4XrWpH67LX3n1jyw5huNbzxuV7wfjuZ8Pei'
const RELAY = `/dns4/relay.example.org/tcp/4001/p2p/${SELF}`
const AT = '/ip4/192.168.1.20/tcp/4001'
const friend: BookEntry = {
  name: 'friend',
  peer: HALL,
  purposes: ['climate'],
  addresses: ['/dns4/home.example.org/tcp/1'],
  time: true,
  note: 'met in May'
}
const invite = { peer: HALL, name: 'hall', addresses: [AT], relays: [RELAY] }
const init = (entries: readonly BookEntry[] = []) => ({
  book: new AddressBook(entries, { capacity: 8 }),
  self: SELF
})

t.test(
  'a new peer is added under the name of the invite, or that of the person, without any rights',
  async (t) => {
    const added = {
      peer: HALL,
      purposes: [],
      addresses: [AT],
      relays: [RELAY],
      time: false,
      added: 'scanned'
    }
    t.strictSame(invitedEntry({}, invite, init()), { name: 'hall', ...added })
    t.match(invitedEntry({ name: 'den' }, invite, init()), { name: 'den' })
    t.throws(() => invitedEntry({}, { ...invite, name: undefined }, init()), {
      code: 'bad-request',
      hint: 'give the entry a name',
      commandHint: /NAME/
    })
  }
)

t.test('of a peer that is known, name, note, purposes and trust stay', async (t) => {
  t.strictSame(invitedEntry({}, invite, init([friend])), {
    ...friend,
    addresses: [...friend.addresses, AT],
    relays: [RELAY]
  })
  const own = [`${RELAY.replace('relay', 'own')}`, `${RELAY.replace('relay', 'other')}`]
  t.same(invitedEntry({}, invite, init([{ ...friend, relays: own }])).relays, [RELAY, own[0]])
})

t.test('the name of a friend does not pass to another peer', async (t) => {
  const impostor = { ...invite, peer: ATTIC, name: 'friend' }
  for (const change of [{}, { name: 'friend' }])
    t.throws(() => invitedEntry(change, impostor, init([friend])), {
      code: 'already-named',
      message: new RegExp(`"friend" is ${HALL} in the book; the invite is of another peer, ${ATTIC}`)
    })
  t.match(invitedEntry({ name: 'stranger' }, impostor, init([friend])), { name: 'stranger', peer: ATTIC })
})

t.test('a node does not invite itself', async (t) => {
  t.throws(() => invitedEntry({}, { ...invite, peer: SELF }, init()), { code: 'bad-request' })
})

t.test('the own invite has what leads others here', async (t) => {
  const addresses = [
    `/ip4/127.0.0.1/tcp/4001/p2p/${HALL}`,
    `/ip6/::1/tcp/4001/p2p/${HALL}`,
    `/ip6/fe80::1/tcp/4001/p2p/${HALL}`,
    `/ip4/169.254.3.4/tcp/4001/p2p/${HALL}`,
    `${AT}/p2p/${HALL}`,
    `/ip6/fd00::20/tcp/4001/p2p/${HALL}`,
    `${RELAY}/p2p-circuit/p2p/${HALL}`
  ]
  t.strictSame(readInvite(ownInvite({ peer: HALL, name: 'hall', addresses })), {
    peer: HALL,
    name: 'hall',
    addresses: [AT, '/ip6/fd00::20/tcp/4001'],
    relays: [RELAY]
  })
  t.equal(ownInvite({ peer: HALL, name: '', addresses: [] }), `kith:1/${HALL}`)
})

t.test('an invite brings no rights, and no name to which kith.yaml grants some', async (t) => {
  const grants = (name: string): boolean => name === 'hall'
  t.throws(() => invitedEntry({}, invite, { ...init(), grants }), {
    code: 'bad-request',
    commandHint: /kith book add hall kith:1/
  })
  t.match(invitedEntry({ name: 'hall' }, invite, { ...init(), grants }), { name: 'hall', may: undefined })
  t.strictSame(invitedEntry({ name: 'den', may: ['operate:heater'] }, invite, init()).may, ['operate:heater'])
  t.strictSame(
    invitedEntry({}, invite, init([{ ...friend, may: ['own'] }])).may,
    ['own'],
    'what it has stays'
  )
})
