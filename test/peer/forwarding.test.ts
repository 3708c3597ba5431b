import type { NetworkInterfaceInfo } from 'node:os'
import t from 'tap'
import type { Caller } from '../../src/peer/admission.ts'
import { LocalNetwork } from '../../src/peer/discovery/local-network.ts'
import { Forwarding } from '../../src/peer/forwarding.ts'

const at = (address: string, internal = false): NetworkInterfaceInfo => ({
  family: 'IPv4',
  address,
  netmask: '255.255.255.0',
  cidr: `${address}/24`,
  mac: '00:00:00:00:00:00',
  internal
})
const lo = [at('127.0.0.1', true)]
const HOME = [at('192.168.1.2')]
const GUESTS = [at('192.168.2.2')]
const TWO = { lo, eth0: HOME, wlan0: GUESTS }

/** Peers by name and where they are; who begins with `book` is in the book. */
const HOSTS: Readonly<Record<string, string>> = {
  tv: '192.168.1.7',
  thermometer: '192.168.1.8',
  guest: '192.168.2.7',
  otherGuest: '192.168.2.8',
  bookHome: '192.168.1.9',
  bookGuest: '192.168.2.9',
  routed: '203.0.113.5',
  otherRouted: '203.0.113.6',
  screen: '127.0.0.1',
  ownAddress: '192.168.1.2'
}

function callerOf(peer: string): Caller | undefined {
  if (peer === 'relayed' || peer === 'bookRelayed') return { peer, host: undefined, direct: false }
  if (peer === 'memory' || peer === 'otherMemory') return { peer, host: undefined, direct: true }
  const host = HOSTS[peer]
  return host === undefined ? undefined : { peer, host, direct: true }
}

function forwarding(forward: 'off' | 'book' | 'near', network: LocalNetwork): Forwarding {
  return new Forwarding({ forward, network, callerOf, inBook: (peer) => peer.startsWith('book') })
}

t.test('a machine in two networks', async (t) => {
  const near = forwarding('near', new LocalNetwork(TWO))
  for (const [source, to, passes] of [
    ['tv', 'thermometer', true],
    ['guest', 'otherGuest', true],
    ['tv', 'guest', false],
    ['guest', 'tv', false],
    ['bookHome', 'guest', false],
    ['tv', 'bookGuest', false],
    ['bookHome', 'bookGuest', true],
    ['bookHome', 'tv', true],
    ['routed', 'tv', false],
    ['routed', 'otherRouted', false],
    ['relayed', 'tv', false],
    ['relayed', 'memory', false],
    ['relayed', 'relayed', false],
    ['bookRelayed', 'bookHome', true],
    ['memory', 'otherMemory', true],
    ['memory', 'tv', false],
    ['screen', 'tv', true],
    ['guest', 'screen', true],
    ['ownAddress', 'guest', true],
    ['gone', 'tv', false],
    ['tv', 'gone', false]
  ] as const)
    t.equal(near.passes(source, to), passes, `${source} to ${to}`)
})

t.test('a machine in one network passes everything on', async (t) => {
  for (const interfaces of [
    { lo, eth0: HOME },
    { lo, eth0: HOME, wlan0: [at('192.168.1.3')] },
    { lo, eth0: HOME, docker0: [at('172.17.0.1')] },
    { lo },
    {}
  ]) {
    const near = forwarding('near', new LocalNetwork(interfaces))
    for (const source of ['tv', 'guest', 'routed', 'relayed', 'gone'])
      t.ok(near.passes(source, 'thermometer'), `${source}, ${Object.keys(interfaces)}`)
  }
})

t.test('book: only between peers of the book, in one network, too', async (t) => {
  for (const interfaces of [TWO, { eth0: HOME }]) {
    const book = forwarding('book', new LocalNetwork(interfaces))
    t.notOk(book.passes('tv', 'thermometer'))
    t.notOk(book.passes('bookHome', 'tv'))
    t.notOk(book.passes('tv', 'bookHome'))
    t.ok(book.passes('bookHome', 'bookGuest'))
  }
})

t.test('off forwards what it is subscribed to as near does', async (t) => {
  const off = forwarding('off', new LocalNetwork(TWO))
  t.ok(off.passes('tv', 'thermometer'))
  t.notOk(off.passes('tv', 'guest'))
})

t.test('a second network that comes counts at once, and so does one that goes', async (t) => {
  const network = new LocalNetwork({ eth0: HOME })
  const near = forwarding('near', network)
  t.ok(near.passes('tv', 'guest'))
  network.update(TWO)
  t.notOk(near.passes('tv', 'guest'))
  network.update({ eth0: HOME })
  t.ok(near.passes('tv', 'guest'))
})

t.test(
  'what is held of others is shown to peers of the book, and to others what they could have heard',
  async (t) => {
    const home = forwarding('book', new LocalNetwork(TWO))
    for (const [author, asker, isShown] of [
      ['tv', 'thermometer', true],
      ['tv', 'guest', false],
      ['bookHome', 'guest', false],
      ['tv', 'bookGuest', true],
      ['gone', 'bookRelayed', true],
      ['gone', 'thermometer', false],
      ['tv', 'routed', false],
      ['tv', 'screen', true],
      ['guest', 'guest', true]
    ] as const)
      t.equal(home.shows(author, asker), isShown, `${author} to ${asker}`)
    t.equal(
      forwarding('book', new LocalNetwork({ eth0: HOME })).shows('gone', 'guest'),
      true,
      'in one network'
    )
  }
)
