import type { NetworkInterfaceInfo } from 'node:os'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { type Interfaces, LocalNetwork } from '../../src/peer/discovery/local-network.ts'
import { OwnAddresses, type Reachable } from '../../src/peer/own-addresses.ts'

const SELF = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
const RELAY = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const HOME = '/ip4/192.168.1.2/tcp/4001'
const GUESTS = '/ip4/192.168.2.2/tcp/4001'
const PUBLIC = '/ip6/2001:db8::2/tcp/4001'
const BRIDGE = '/ip4/172.17.0.1/tcp/4001'
const LOOPBACK = '/ip4/127.0.0.1/tcp/4001'
const CIRCUIT = `/ip4/203.0.113.1/tcp/4001/p2p/${RELAY}/p2p-circuit`
const FORWARDED = '/ip4/203.0.113.7/tcp/4001'

function at(cidr: string): NetworkInterfaceInfo {
  const [address = ''] = cidr.split('/')
  const common = {
    address,
    netmask: '',
    mac: '02:00:00:00:00:01',
    internal: address.startsWith('127.'),
    cidr
  }
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' }
}

const interfaces: Interfaces = {
  lo: [at('127.0.0.1/8')],
  eth0: [at('192.168.1.2/24'), at('2001:db8::2/64')],
  wlan0: [at('192.168.2.2/24')],
  docker0: [at('172.17.0.1/16')]
}

function made(
  init: {
    readonly listening?: readonly string[]
    readonly announce?: readonly string[]
    readonly reachable?: Reachable
  } = {}
): OwnAddresses {
  const {
    listening = [LOOPBACK, HOME, PUBLIC, GUESTS, BRIDGE, CIRCUIT],
    announce = [],
    reachable = 'near'
  } = init
  return new OwnAddresses({
    self: SELF,
    listening: () => listening.map((text) => multiaddr(text)),
    announce,
    reachable,
    network: new LocalNetwork(interfaces)
  })
}

const caller = (own: OwnAddresses, host: string | undefined, direct = true): string[] =>
  own.forCaller({ host, direct }).map(String)

t.test('all: no bridge of containers, loopback only where there is nothing else, each once', async (t) => {
  t.same(made().all().map(String), [HOME, PUBLIC, GUESTS, CIRCUIT])
  t.same(
    made({ listening: [LOOPBACK, BRIDGE] })
      .all()
      .map(String),
    [LOOPBACK]
  )
  t.same(
    made({ listening: [HOME], announce: [HOME, FORWARDED] })
      .all()
      .map(String),
    [HOME, FORWARDED]
  )
  t.same(
    made({ listening: [HOME] })
      .allWithPeer()
      .map(String),
    [`${HOME}/p2p/${SELF}`]
  )
  const reserved = `${CIRCUIT}/p2p/${SELF}`
  t.same(
    made({ listening: [reserved] })
      .allWithPeer()
      .map(String),
    [reserved]
  )
})

t.test('a caller learns the addresses on its link, and what anybody may learn', async (t) => {
  t.same(caller(made(), '192.168.1.7'), [HOME, PUBLIC], 'of IPv6, too')
  t.same(caller(made(), '192.168.2.7'), [GUESTS])
  t.same(caller(made(), '203.0.113.9'), [], 'from far')
  t.same(caller(made(), '10.9.9.9'), [], 'from a private address that is routed here')
  t.same(caller(made(), undefined, false), [], 'over a circuit')
  t.same(caller(made(), '192.168.1.7', false), [], 'whatever address a circuit names')
  t.same(caller(made(), '192.168.1.2'), [HOME, PUBLIC, GUESTS], 'a program of this machine sees all')
})

t.test('the world learns what is public or announced, where the owner says so', async (t) => {
  t.same(made().forEverybody().map(String), [])
  t.same(made({ reachable: 'world' }).forEverybody().map(String), [PUBLIC])
  const announcing = made({ announce: [FORWARDED, '/dns4/hall.example/tcp/4001'] })
  t.same(announcing.forEverybody().map(String), [PUBLIC, FORWARDED, '/dns4/hall.example/tcp/4001'])
  t.same(caller(announcing, '203.0.113.9'), [PUBLIC, FORWARDED, '/dns4/hall.example/tcp/4001'])
})

t.test('an address at which this node itself listens', async (t) => {
  t.equal(made().leadsHere(multiaddr(BRIDGE)), true)
  t.equal(made().leadsHere(multiaddr('/ip4/172.17.0.1/tcp/4002')), false, 'another program')
  t.equal(made().leadsHere(multiaddr('/ip4/192.168.1.3/tcp/4001')), false)
  t.equal(made().leadsHere(multiaddr('/dns4/hall.example/tcp/4001')), false)
  const own = new OwnAddresses({
    self: SELF,
    listening: () => {
      throw new Error('libp2p reads the interfaces for this')
    },
    announce: [],
    reachable: 'near',
    network: new LocalNetwork(interfaces)
  })
  t.equal(own.leadsHere(multiaddr('/ip4/192.168.1.3/tcp/4001')), false, 'another host is told by its address')
})
