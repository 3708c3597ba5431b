import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { type AskAddresses, ToldAddresses } from '../../../src/peer/dialing/told-addresses.ts'
import { LocalNetwork } from '../../../src/peer/discovery/local-network.ts'

const { signal } = new AbortController()
const list = (...texts: string[]) => texts.map((text) => multiaddr(text))
const at = (address: string, cidr: string) => ({
  address,
  cidr,
  netmask: '',
  family: 'IPv4' as const,
  mac: '02:00:00:00:00:01',
  internal: false
})
const network = new LocalNetwork({
  eth0: [at('192.168.1.2', '192.168.1.2/24')],
  docker0: [at('172.17.0.1', '172.17.0.1/16')]
})

async function made(isInBook: boolean, identified: readonly string[], ask?: AskAddresses) {
  const id = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const told = new ToldAddresses({
    peerStore: {
      get: async () => ({
        id,
        addresses: list(...identified).map((multiaddr) => ({ multiaddr, isCertified: false }))
      })
    } as never,
    network,
    inBook: () => isInBook,
    leadsHere: (address) => address.toString() === '/ip4/192.168.1.2/tcp/4001',
    peers: 4
  })
  if (ask !== undefined) told.askBy(ask)
  return { id, told }
}

t.test(
  'of a peer of the book: what it told by the exchange, then by identify, each once, as far as allowed',
  async (t) => {
    const { id, told } = await made(true, ['/ip4/192.168.1.9/tcp/1', '/ip4/203.0.113.9/tcp/1'])
    told.add(
      id.toString(),
      list(
        '/ip4/203.0.113.9/tcp/1',
        '/ip4/127.0.0.1/tcp/1',
        '/ip4/172.17.0.1/tcp/4001',
        '/ip4/172.17.0.9/tcp/4001',
        '/ip4/192.168.1.2/tcp/4001',
        '/dns4/hall.example/tcp/1'
      )
    )
    const addresses = await told.of(id, false, signal)
    t.same(addresses.map(String), ['/ip4/203.0.113.9/tcp/1', '/ip4/192.168.1.9/tcp/1'])
  }
)

t.test('of a stranger only what identify told, on own subnets; it is not asked', async (t) => {
  let asked = 0
  const { id, told } = await made(false, ['/ip4/192.168.1.9/tcp/1', '/ip4/203.0.113.9/tcp/1'], async () => {
    asked++
    return []
  })
  told.add(id.toString(), list('/ip4/192.168.1.10/tcp/1'))
  t.same((await told.of(id, true, signal)).map(String), ['/ip4/192.168.1.9/tcp/1'])
  t.equal(asked, 0)
})

t.test(
  'it is asked over an open connection; one that does not answer has said what it said before',
  async (t) => {
    const { id, told } = await made(true, [], async (peer) => {
      if (fails) throw new Error('it does not speak it')
      told.add(peer, list('/ip4/203.0.113.9/tcp/2'))
      return []
    })
    let fails = false
    t.same((await told.of(id, false, signal)).map(String), [], 'without a connection it is not')
    t.same((await told.of(id, true, signal)).map(String), ['/ip4/203.0.113.9/tcp/2'])
    fails = true
    t.same((await told.of(id, true, signal)).map(String), ['/ip4/203.0.113.9/tcp/2'])
    t.same(told.forget(id.toString()).map(String), ['/ip4/203.0.113.9/tcp/2'])
    t.same((await told.of(id, false, signal)).map(String), [])
  }
)

t.test('whether it told something else', async (t) => {
  const { told } = await made(true, [])
  const [one, other] = list('/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1')
  if (one === undefined || other === undefined) return
  t.equal(told.add('a', [one, other]), true)
  t.equal(told.add('a', [other, one]), false, 'in another order')
  t.equal(told.add('a', [one]), true)
})

t.test('at most eight, however many are told', async (t) => {
  const { id, told } = await made(
    true,
    Array.from({ length: 30 }, (_, i) => `/ip4/203.0.113.${i}/tcp/1`)
  )
  t.equal((await told.of(id, false, signal)).length, 8)
})
