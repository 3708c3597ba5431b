import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import multicastDns, { type MulticastDNS, type ResponsePacket } from 'multicast-dns'
import t, { type Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { Interfaces } from '../../../src/peer/discovery/local-network.ts'
import { LanDiscovery } from '../../../src/peer/discovery/mdns.ts'
import { UNICAST_QUESTION } from '../../../src/peer/discovery/records.ts'
import { until } from '../../support/until.ts'

const ask = (socket: MulticastDNS, name = '_p2p._udp.local'): void =>
  socket.query({ questions: [{ name, type: 'PTR' }] })

/** The loopback as the only interface: every machine has one. */
const LOOPBACK = [
  {
    address: '127.0.0.1',
    netmask: '255.0.0.0',
    family: 'IPv4',
    mac: '00:00:00:00:00:00',
    internal: true,
    cidr: '127.0.0.1/8'
  }
] as const
const interfaces: Interfaces = { lo: LOOPBACK }

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

async function listener(t: Test, port: number): Promise<MulticastDNS> {
  const socket = multicastDns({ port, interface: '127.0.0.1', bind: '0.0.0.0' })
  t.teardown(() => socket.destroy())
  await once(socket, 'ready')
  return socket
}

/** A node that speaks on the loopback, in a time of its own. */
async function speaker(t: Test, port: number, addresses: readonly string[]) {
  const clock = new VirtualClock()
  const id = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const found: { peer: PeerId; addresses: Multiaddr[] }[] = []
  const discovery = new LanDiscovery({
    clock,
    log: silentLog,
    only: [],
    interval: 10_000,
    port,
    addresses: () => addresses.map((one) => multiaddr(`${one}/p2p/${id}`)),
    found: (peer, heard) => found.push({ peer, addresses: heard })
  })
  t.teardown(() => discovery.stop())
  return { clock, id, discovery, found }
}

function addressesOf({ additionals = [] }: ResponsePacket): string[] {
  return additionals.flatMap((answer) => (answer.type === 'TXT' ? [answer.data].flat().map(String) : []))
}

t.test('announced are the addresses of the interface alone', async (t) => {
  const port = await freePort()
  const heard: ResponsePacket[] = []
  const ear = await listener(t, port)
  ear.on('response', (response) => heard.push(response))
  const elsewhere = ['/ip4/192.168.7.7/tcp/4001', '/ip4/172.17.0.1/tcp/4001', '/dns4/example.com/tcp/4001']
  const { discovery, id } = await speaker(t, port, [...elsewhere, '/ip4/127.0.0.1/tcp/4001'])
  discovery.update(interfaces)
  ask(ear)
  await until(() => heard.length > 0)
  t.same(heard[0] && addressesOf(heard[0]), [`dnsaddr=/ip4/127.0.0.1/tcp/4001/p2p/${id}`])
})

t.test('a flood of questions is answered once a second, the last one included', async (t) => {
  const port = await freePort()
  let answers = 0
  let questions = 0
  const ear = await listener(t, port)
  ear.on('response', () => answers++)
  ear.on('query', () => questions++)
  const { discovery, clock } = await speaker(t, port, ['/ip4/127.0.0.1/tcp/4001'])
  discovery.update(interfaces)
  for (let i = 0; i < 50; i++) ask(ear)
  ask(ear, '_http._tcp.local')
  await until(() => questions > 10 && answers > 0)
  await systemClock.sleep(50)
  t.equal(answers, 1)
  await clock.advance(999)
  await systemClock.sleep(20)
  t.equal(answers, 1)
  await clock.advance(1)
  await until(() => answers === 2)
})

t.test('who starts is answered at once, within the second of a multicast answer', async (t) => {
  const port = await freePort()
  const multicasts: ResponsePacket[] = []
  const ear = await listener(t, port)
  ear.on('response', (response) => multicasts.push(response))
  const a = await speaker(t, port, ['/ip4/127.0.0.1/tcp/4001'])
  a.discovery.update(interfaces)
  ask(ear)
  await until(() => multicasts.length === 1)
  // Neither clock goes on: no question of b to the group, no further answer of a to it.
  const b = await speaker(t, port, [])
  b.discovery.update(interfaces)
  await until(() => b.found.some(({ peer }) => peer.equals(a.id)))
  t.same(b.found[0]?.addresses.map(String), ['/ip4/127.0.0.1/tcp/4001'])
  t.equal(multicasts.length, 1)
  b.discovery.stop()
  t.equal(b.clock.pending, 0)
})

t.test('a question that seems to come from another network is answered to nobody', async (t) => {
  const port = await freePort()
  const a = await speaker(t, port, ['/ip4/127.0.0.1/tcp/4001'])
  a.discovery.update({ lo: [{ ...LOOPBACK[0], netmask: '255.255.255.255', cidr: '127.0.0.1/32' }] })
  const heard: string[] = []
  const askFrom = async (address: string): Promise<Socket> => {
    const socket = createSocket('udp4').bind(0, address)
    t.teardown(() => socket.close())
    await once(socket, 'listening')
    socket.setMulticastInterface('127.0.0.1')
    socket.on('message', () => heard.push(address))
    socket.send(UNICAST_QUESTION, port, '224.0.0.251')
    return socket
  }
  await askFrom('127.0.0.2')
  await askFrom('127.0.0.1')
  await until(() => heard.length > 0)
  t.same(heard, ['127.0.0.1'])
})

t.test('two find each other, and one that stopped sends nothing', async (t) => {
  const port = await freePort()
  const a = await speaker(t, port, ['/ip4/127.0.0.1/tcp/4001'])
  const b = await speaker(t, port, ['/ip4/127.0.0.1/tcp/4002'])
  a.discovery.update(interfaces)
  b.discovery.update(interfaces)
  await systemClock.sleep(20)
  await a.clock.advance(0)
  await until(() => a.found.some(({ peer }) => peer.equals(b.id)))
  t.same(a.found.find(({ peer }) => peer.equals(b.id))?.addresses.map(String), ['/ip4/127.0.0.1/tcp/4002'])
  b.discovery.stop()
  b.discovery.update({})
  a.found.length = 0
  await a.clock.advance(20_000)
  await systemClock.sleep(50)
  t.notOk(a.found.some(({ peer }) => peer.equals(b.id)))
  t.equal(b.clock.pending, 0)
})

t.test('whatever is announced, only addresses on the link are found', async (t) => {
  const port = await freePort()
  const a = await speaker(t, port, [])
  a.discovery.update(interfaces)
  const hostile = await listener(t, port)
  const id = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const strings = [
    '/ip4/192.168.7.7/tcp/22',
    '/ip4/127.0.0.1/tcp/4001',
    '/ip6/::1/tcp/22',
    '/dns4/x.example/tcp/1'
  ]
  hostile.respond([
    {
      name: 'x._p2p._udp.local',
      type: 'TXT',
      data: strings.map((text) => `dnsaddr=${text}/p2p/${id}`)
    }
  ])
  await until(() => a.found.length > 0)
  t.same(a.found[0]?.addresses.map(String), ['/ip4/127.0.0.1/tcp/4001'])
})
