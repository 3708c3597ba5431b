import t from 'tap'
import { type Invite, isInvite, readInvite, writeInvite } from '../../../src/peer/book/invite.ts'
import { documentRows } from '../../support/protocols-document.ts'

const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const RELAY = '/dns4/relay.example.org/tcp/4001/p2p/12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
const SECOND = RELAY.replace('relay.', 'second.')
const full: Invite = {
  peer: HALL,
  name: 'hall',
  addresses: ['/ip4/192.168.1.20/tcp/4001', '/ip6/fd00::20/tcp/4001'],
  relays: [RELAY]
}

t.test('what is written is read', async (t) => {
  const text = writeInvite(full)
  t.equal(
    text,
    `kith:1/${HALL}?name=hall&at=/ip4/192.168.1.20/tcp/4001&relay=${RELAY}&at=/ip6/fd00::20/tcp/4001`
  )
  t.strictSame(readInvite(` ${text}\n`), full, 'with space around it')
  const bare = { peer: HALL, name: undefined, addresses: [], relays: [] }
  t.equal(writeInvite(bare), `kith:1/${HALL}`)
  t.strictSame(readInvite(writeInvite(bare)), bare)
  const zone = { ...bare, addresses: ['/ip6zone/a&b=%/ip6/fe80::1/tcp/4001'] }
  t.match(writeInvite(zone), /at=\/ip6zone\/a%26b%3D%25\/ip6/)
  t.strictSame(readInvite(writeInvite(zone)), zone, 'with what a query must escape')
})

t.test('what does not fit is left out, the first of each kind last', async (t) => {
  const addresses = Array.from({ length: 12 }, (_, i) => `/dns4/host-${i}.example.org/tcp/4001`)
  const text = writeInvite({ ...full, addresses, relays: [RELAY, SECOND, `${SECOND}x`] })
  t.ok(text.length <= 320)
  const read = readInvite(text)
  t.equal(read.addresses[0], addresses[0])
  t.equal(read.relays[0], RELAY)
  t.equal(read.name, 'hall')
  t.ok(read.addresses.length < 8)
})

const rows = documentRows('invite', 'verdict')
t.test('the examples of docs/protocols.md', async (t) => {
  t.equal(rows.length, 13)
  for (const [invite = '', verdict] of rows) {
    t.ok(isInvite(invite))
    if (verdict === 'accept') t.doesNotThrow(() => readInvite(invite), invite)
    else t.throws(() => readInvite(invite), { name: 'NodeError' }, invite)
  }
})

const many = (key: string, value: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `${key}=${value}${i}`).join('&')

for (const [what, text] of [
  ['huge', `kith:1/${HALL}?name=${'x'.repeat(1_000_000)}`],
  ['one character too long', `kith:1/${HALL}?x=${'x'.repeat(320 - 61)}`.padEnd(321, 'x')],
  ['a control character', `kith:1/${HALL}?name=ha\u001b[2Jll`],
  ['a control character, escaped', `kith:1/${HALL}?name=%1b%5b2J`],
  ['a line end in an address', `kith:1/${HALL}?at=/dns4/a%0ab/tcp/1%0a`],
  ['a name that only looks like one', `kith:1/${HALL}?name=%EF%BD%88all`],
  ['not of UTF-8', `kith:1/${HALL}?name=%ff`],
  ['an override of direction', `kith:1/${HALL}?name=%E2%80%AEllah`],
  ['nine addresses', `kith:1/${HALL}?${many('at', '/ip4/1.2.3.4/tcp/1', 9)}`],
  ['three relays', `kith:1/${HALL}?${many('relay', '/p2p', 3)}`],
  ['the peer as its own relay', `kith:1/${HALL}?relay=/ip4/1.2.3.4/tcp/1/p2p/${HALL}`],
  ['a circuit for an address', `kith:1/${HALL}?at=${RELAY}/p2p-circuit`],
  ['no value', `kith:1/${HALL}?name`],
  ['an empty field', `kith:1/${HALL}?&`],
  ['another PeerId behind the first', `kith:1/${HALL}/${HALL}`],
  ['no PeerId', 'kith:1/'],
  ['only the scheme', 'kith:'],
  ['a key of another kind', 'kith:1/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
  ['__proto__', `kith:1/${HALL}?__proto__=1&name=Hall`]
] as const) {
  t.test(`a hostile invite is refused: ${what}`, async (t) => {
    t.throws(() => readInvite(text), { name: 'NodeError', code: /^bad-/ })
  })
}

t.test('random changes of an invite never do more than refuse it', async (t) => {
  const text = writeInvite(full)
  for (let i = 0; i < text.length; i++)
    for (const change of ['', '%', '&', '\u0000', '/', '?']) {
      try {
        const read = readInvite(text.slice(0, i) + change + text.slice(i + 1))
        t.ok(read.addresses.length <= 8)
      } catch (error) {
        t.match(error, { name: 'NodeError' })
      }
    }
})
