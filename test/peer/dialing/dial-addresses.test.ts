import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { announcedAddresses, dialOrder, leadsNear } from '../../../src/peer/dialing/dial-addresses.ts'
import { LocalNetwork } from '../../../src/peer/discovery/local-network.ts'

const network = new LocalNetwork({
  eth0: [
    {
      address: '203.0.113.5',
      netmask: '255.255.255.0',
      family: 'IPv4',
      mac: '02:00:00:00:00:01',
      internal: false,
      cidr: '203.0.113.5/24'
    }
  ]
})

for (const [text, near] of [
  ['/ip4/192.168.1.20/tcp/4001', true],
  ['/ip4/203.0.113.77/tcp/4001', true],
  ['/ip6zone/eth0/ip6/fe80::1/tcp/4001', true],
  ['/memory/1', true],
  ['/ip4/198.51.100.7/tcp/4001', false],
  ['/ip6/2001:db8::1/tcp/4001', false],
  ['/dns4/hall.local/tcp/4001', false],
  ['/ip4/192.168.1.20/tcp/4001/p2p/12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES/p2p-circuit', false]
] as const) {
  t.test(`${text} ${near ? 'leads' : 'does not lead'} near`, async (t) => {
    t.equal(leadsNear(multiaddr(text), network), near)
  })
}

t.test('the own subnet first, then the last heard; each names the peer once', async (t) => {
  const id = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const addresses = [
    '/ip4/203.0.113.77/tcp/1',
    '/ip4/10.0.0.1/tcp/2',
    `/ip4/10.0.0.2/tcp/3/p2p/${id}`,
    '/ip4/203.0.113.78/tcp/4'
  ].map((text) => multiaddr(text))
  t.same(dialOrder(addresses, id, network).map(String), [
    `/ip4/203.0.113.78/tcp/4/p2p/${id}`,
    `/ip4/203.0.113.77/tcp/1/p2p/${id}`,
    `/ip4/10.0.0.2/tcp/3/p2p/${id}`,
    `/ip4/10.0.0.1/tcp/2/p2p/${id}`
  ])
})

t.test(
  'on the word of a peer only own subnets are dialled, for one of the book also beyond, never this machine',
  (t) => {
    const own = '/ip4/203.0.113.77/tcp/4001'
    const beyond = ['/ip4/192.168.7.7/tcp/4001', '/ip6/2001:db8::7/tcp/4001']
    const never = [
      '/ip4/127.0.0.1/tcp/4001',
      '/ip4/0.0.0.0/tcp/4001',
      '/ip6/::1/tcp/4001',
      '/ip6/::ffff:127.0.0.1/tcp/4001',
      '/dns4/example.com/tcp/4001',
      `${own}/p2p/12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES/p2p-circuit`
    ]
    const here = '/ip4/203.0.113.5/tcp/4001'
    const at = { network, leadsHere: (address: Multiaddr) => address.toString() === here }
    const announced = [...never, here, own, ...beyond].map((text) => multiaddr(text))
    t.same(announcedAddresses(announced, at, false).map(String), [own])
    t.same(announcedAddresses(announced, at, true).map(String), [own, ...beyond])
    const many = Array.from({ length: 20 }, (_, i) => multiaddr(`/ip4/203.0.113.${i}/tcp/1`))
    t.equal(announcedAddresses(many, at, true).length, 8)
    t.end()
  }
)
