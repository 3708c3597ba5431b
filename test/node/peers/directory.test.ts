import t from 'tap'
import { PeerDirectory, type PeerInfo } from '../../../src/node/peers/directory.ts'
import { AddressBook } from '../../../src/peer/book/book.ts'

const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const ATTIC = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
const SHED = '12D3KooWGyFN1w9WZ4XrWpH67LX3n1jyw5huNbzxuV7wfjuZ8Pei'

const STRANGER = '12D3KooWQX2h1KYzWBQmBmN8KJ7JxzVB7wQhov8XYE42WnE1VQSA'
const OURS = '12D3KooWCXPjTrGXNoByMuxjyBSpfJFR4GRTYGEbLQfNkeKP7Wxg'

const CLAIMS: readonly PeerInfo[] = [
  { peer: HALL, name: 'raspberrypi', purposes: [] },
  { peer: ATTIC, name: 'attic', purposes: ['temperature', 'light'] },
  { peer: SHED, name: 'kith', purposes: [] },
  { peer: ATTIC.replace(/6$/, '7'), name: 'kith', purposes: [] }
]

const directory = new PeerDirectory({
  self: { peer: OURS, name: 'cellar', purposes: ['temperature'] },
  book: new AddressBook(
    [
      {
        name: 'hall',
        peer: HALL,
        purposes: ['temperature'],
        addresses: ['/ip4/192.168.1.20/tcp/4001'],
        time: false
      }
    ],
    { capacity: 8 }
  ),
  claims: () => CLAIMS,
  claimOf: (peer) => CLAIMS.find((one) => one.peer === peer),
  near: () => [SHED],
  isConnected: () => false
})

for (const [who, peers] of [
  ['hall', [HALL]],
  ['attic', [ATTIC]],
  ['temperature', [HALL, OURS, ATTIC]],
  ['cellar', [OURS]],
  [OURS.slice(-8), [OURS]],
  ['light', [ATTIC]],
  [SHED, [SHED]],
  ['8Pei', [SHED]],
  ['…uZ8Pei', [SHED]],
  [`/ip4/192.168.1.9/tcp/4001/p2p/${SHED}`, [SHED]]
] as const) {
  t.test(`"${who}" is found`, async (t) =>
    t.same(
      directory.resolve(who).map((one) => one.peer),
      peers
    )
  )
}

for (const [who, code] of [
  ['nobody', 'nobody-found'],
  ['Pei', 'nobody-found'],
  ['', 'nobody-found'],
  ['kith', 'ambiguous'],
  ['/ip4/192.168.1.9/tcp/4001', 'bad-multiaddr'],
  ['/what/ever', 'bad-multiaddr']
] as const) {
  t.test(`"${who}" is refused: ${code}`, async (t) => {
    t.throws(() => directory.resolve(who), { code })
  })
}

t.test('an ambiguous name lists the candidates', async (t) => {
  t.throws(() => directory.resolve('kith'), { message: new RegExp(`${SHED}.* or `) })
})

t.test('a node knows its own name; the one of the moment has none', async (t) => {
  t.equal(directory.labelOf(OURS), 'cellar')
  const source = {
    book: new AddressBook([], { capacity: 8 }),
    claimOf: () => undefined,
    near: () => [],
    isConnected: () => false
  }
  const claims = () => [{ peer: HALL, name: 'cellar', purposes: [] }]
  const namesake = new PeerDirectory({
    ...source,
    self: { peer: OURS, name: 'cellar', purposes: [] },
    claims
  })
  t.same(
    namesake.resolve('cellar').map(({ peer }) => peer),
    [OURS],
    'a namesake that is gone is not meant'
  )
  const nobody = new PeerDirectory({
    ...source,
    self: { peer: OURS, name: '', purposes: [] },
    claims: () => []
  })
  t.equal(nobody.nameOf(OURS), null)
  t.throws(() => nobody.resolve('cellar'), { code: 'nobody-found' })
  for (const [host, address] of [
    ['192.168.1.5', '/ip4/192.168.1.5/tcp/4001'],
    ['192.168.1.5:4002', '/ip4/192.168.1.5/tcp/4002'],
    ['fe80::1', '/ip6/fe80::1/tcp/4001']
  ] as const)
    t.throws(() => nobody.resolve(host), {
      code: 'nobody-found',
      hint: `with the PeerId, which has to answer there: ${address}/p2p/12D3KooW…`
    })
})

t.test("the book's name goes before the peer's own", async (t) => {
  t.equal(directory.nameOf(HALL), 'hall')
  t.equal(directory.nameOf(ATTIC), 'attic')
  t.equal(directory.nameOf('12D3KooWunknown'), null)
  t.equal(directory.labelOf(`12D3KooWunknown7654321`), '…7654321')
  t.same(directory.purposesOf(ATTIC), ['temperature', 'light'])
  t.same(directory.resolve('hall')[0]?.addresses, ['/ip4/192.168.1.20/tcp/4001'])
})

t.test('whoever takes a name that is somebody else’s is shown with the tail of its PeerId', async (t) => {
  const impostor = (name: string): PeerDirectory => {
    const claims = [...CLAIMS, { peer: STRANGER, name, purposes: [] }]
    return new PeerDirectory({
      self: { peer: OURS, name: 'cellar', purposes: [] },
      book: new AddressBook([{ name: 'hall', peer: HALL, purposes: [], addresses: [], time: false }], {
        capacity: 8
      }),
      claims: () => claims,
      claimOf: (peer) => claims.find((one) => one.peer === peer),
      near: () => [STRANGER],
      isConnected: () => true
    })
  }
  const tail = STRANGER.slice(-7)
  for (const [name, why] of [
    ['hall', 'a name of the book'],
    ['cellar', 'our own'],
    ['attic', 'one that another claims'],
    ['ｈall', 'no name, but like one'],
    [`attic…${ATTIC.slice(-7)}`, 'a label of somebody else']
  ] as const)
    t.equal(impostor(name).labelOf(STRANGER), `${name}…${tail}`, why)
  t.equal(impostor('porch').labelOf(STRANGER), 'porch', 'a name of its own')
  const house = impostor('hall')
  t.equal(house.labelOf(HALL), 'hall', 'the friend keeps its name')
  t.equal(house.labelOf(OURS), 'cellar')
  t.strictSame(
    [HALL, OURS, STRANGER].map((peer) => house.isKnown(peer)),
    [true, true, false]
  )
  t.same(house.resolve('hall'), [{ peer: HALL, addresses: [] }])
  t.same(house.resolve(`hall…${tail}`), [{ peer: STRANGER, addresses: [] }], 'as shown, so asked for')
  t.throws(() => house.resolve(`attic…${tail}`), { code: 'nobody-found' })
})
