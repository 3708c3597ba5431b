import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import {
  announcedAddresses,
  announcedPeers,
  announcement,
  randomName,
  SERVICE
} from '../../../src/peer/discovery/records.ts'

const NAME = 'k7'.repeat(16)
const OWN = 'own'
const INSTANCE = `${NAME}.${SERVICE}`

async function peerId(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

const txt = (data: string | string[], name = INSTANCE) => ({ name, type: 'TXT', data }) as const
type Message = Parameters<typeof announcedPeers>[0]

t.test('an answer has what the spec asks for, and what go-libp2p needs', async (t) => {
  const id = await peerId()
  const addresses = [
    '/ip4/192.168.1.20/tcp/4001',
    '/ip6/fd00::20/tcp/4001',
    '/ip4/192.168.1.20/tcp/4002'
  ].map((text) => `${text}/p2p/${id}`)
  const message = announcement(
    NAME,
    addresses.map((text) => multiaddr(text))
  )
  t.strictSame(message?.answers, [{ name: SERVICE, type: 'PTR', ttl: 120, data: INSTANCE }])
  t.strictSame(message?.additionals, [
    {
      name: INSTANCE,
      type: 'SRV',
      ttl: 120,
      data: { target: `${NAME}.local`, port: 4001, priority: 0, weight: 0 }
    },
    { name: INSTANCE, type: 'TXT', ttl: 120, data: addresses.map((text) => `dnsaddr=${text}`) },
    { name: `${NAME}.local`, type: 'A', ttl: 120, data: '192.168.1.20' },
    { name: `${NAME}.local`, type: 'AAAA', ttl: 120, data: 'fd00::20' }
  ])
  t.equal(announcement(NAME, []), undefined)
})

t.test('more addresses than one record holds: the first are in the last record', async (t) => {
  const id = await peerId()
  const all = Array.from({ length: 40 }, (_, i) => multiaddr(`/ip4/192.168.1.${i}/tcp/4001/p2p/${id}`))
  const texts = announcement(NAME, all)?.additionals.flatMap((one) => (one.type === 'TXT' ? [one.data] : []))
  t.equal(texts?.length, 4)
  t.equal(texts?.flat().length, 32, 'of a bounded number of addresses')
  t.equal([texts?.at(-1)].flat()[0], `dnsaddr=${all[0]}`)
  t.ok(texts?.every((list) => [list].flat().join(' ').length <= 1000))
})

t.test('both forms of TXT are taken, among the answers and the additional records', async (t) => {
  const id = await peerId()
  const one = `dnsaddr=/ip4/192.168.1.20/tcp/4001/p2p/${id}`
  const two = `dnsaddr=/ip4/192.168.1.20/tcp/4002/p2p/${id}`
  const forms: Message[] = [
    { answers: [txt(one), txt(two)] },
    { answers: [], additionals: [txt([one, two])] },
    { answers: [txt([one])], additionals: [txt(two)] }
  ]
  for (const form of forms) {
    const [found, another] = announcedPeers(form, OWN)
    t.equal(another, undefined)
    t.ok(found?.id.equals(id))
    t.same(found?.addresses.map(String), ['/ip4/192.168.1.20/tcp/4001', '/ip4/192.168.1.20/tcp/4002'])
  }
})

t.test('what is no announcement of one peer is left out', async (t) => {
  const [id, other] = [await peerId(), await peerId()]
  const good = `dnsaddr=/ip4/192.168.1.20/tcp/4001/p2p/${id}`
  const strings = [
    'txtvers=1',
    'dnsaddr=',
    'dnsaddr=/ip4/192.168.1.20/tcp/4001',
    'dnsaddr=/ip4/1.2.3/tcp/1/p2p/x',
    good,
    `dnsaddr=/ip4/192.168.1.21/tcp/4001/p2p/${other}`
  ]
  const [found] = announcedPeers({ answers: [txt(strings)] }, OWN)
  t.ok(found?.id.equals(id))
  t.same(found?.addresses.map(String), ['/ip4/192.168.1.20/tcp/4001'])
  t.same(announcedPeers({ answers: [txt(good, `${OWN}.${SERVICE}`)] }, OWN), [], 'its own')
  t.same(announcedPeers({ answers: [txt(good, 'x._http._tcp.local')] }, OWN), [], 'of another service')
  t.same(announcedPeers({ answers: [] }, OWN), [])
})

t.test('private addresses are announced, others only where there are no private ones', async (t) => {
  const id = await peerId()
  const at = (host: string) => multiaddr(`${host}/tcp/4001/p2p/${id}`)
  const [near, far] = [at('/ip4/192.168.1.20'), at('/ip6/2001:db8::1')]
  // The form of the answers of @libp2p/mdns.
  const answers = [
    { name: SERVICE, type: 'PTR' as const, data: `${OWN}.${SERVICE}` },
    txt(`dnsaddr=${near}`, `${OWN}.${SERVICE}`)
  ]
  t.same(announcedAddresses(answers, [near, far]).map(String), [String(near)])
  t.same(announcedAddresses(answers.slice(0, 1), [far]).map(String), [String(far)])
})

t.test('two names of one message are two peers', async (t) => {
  const ids = [await peerId(), await peerId()]
  const answers = ids.map((id, i) => txt(`dnsaddr=/ip4/192.168.1.2/tcp/1/p2p/${id}`, `n${i}.${SERVICE}`))
  t.same(
    announcedPeers({ answers }, OWN).map(({ id }) => id.toString()),
    ids.map(String)
  )
})

t.test('a name is 32 random characters', async (t) => {
  t.match(randomName(), /^[a-z0-9]{32}$/)
  t.not(randomName(), randomName())
})
