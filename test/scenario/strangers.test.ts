// Strangers come with a fresh PeerId each, do all that fills tables, and leave: what a node keeps of them is bounded.
// STRANGERS=1000 runs it with as many.
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify, identifyPush } from '@libp2p/identify'
import type { Connection, PeerId } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import { noise } from '@libp2p/noise'
import { peerIdFromMultihash, peerIdFromString } from '@libp2p/peer-id'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import * as Digest from 'multiformats/hashes/digest'
import t from 'tap'
import { encodeTold } from '../../src/protocol/addresses/codec.ts'
import { ADDRESSES_PROTOCOL } from '../../src/protocol/addresses/constants.ts'
import { FINDABLE_PROTOCOL, KAD_PROTOCOL } from '../../src/protocol/dht/constants.ts'
import { prefixed } from '../../src/protocol/frame-splitter.ts'
import { decodeAsk, encodeAnswer, encodeAsk } from '../../src/protocol/neighbours/codec.ts'
import { NEIGHBOURS_PROTOCOL } from '../../src/protocol/neighbours/constants.ts'
import { encodeMessage, hopMessage } from '../../src/protocol/relay/codec.ts'
import { HOP_PROTOCOL } from '../../src/protocol/relay/protocols.ts'
import { encodeOpen } from '../../src/protocol/via/codec.ts'
import { VIA_PROTOCOL } from '../../src/protocol/via/constants.ts'
import { madeUpId, questionFor } from '../support/dht/liar.ts'
import { type HouseNode, houseFor } from '../support/scenario/house.ts'

const STRANGERS = Number(process.env['STRANGERS'] ?? 30)
/** Of them, those that stay connected at a time. */
const AT_ONCE = 12
const signal = new AbortController().signal

const limits = `{
  dialing: { peers: 16 },
  relay: { reservations: 8, circuits: 8 },
  via: { circuits: 8 },
  neighbours: { heard: 16, callers: 16, finds: 16 },
  addresses: { callers: 16 },
  dht: { heard: 16, callers: 16 }
}`

/** A peer with as little of its own as libp2p has, which tells what it likes. */
async function stranger(): Promise<Libp2p> {
  const libp2p = await createLibp2p({
    privateKey: await generateKeyPair('Ed25519'),
    addresses: { listen: [], announce: Array.from({ length: 50 }, (_, i) => `/memory/third-party-${i}`) },
    transports: [memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services: { identify: identify(), identifyPush: identifyPush() }
  })
  for (const protocol of [KAD_PROTOCOL, FINDABLE_PROTOCOL, ADDRESSES_PROTOCOL, VIA_PROTOCOL])
    await libp2p.handle(protocol, (stream) => stream.resume())
  await libp2p.handle(NEIGHBOURS_PROTOCOL, (stream) => {
    stream.addEventListener('message', ({ data }) => {
      const ask = decodeAsk(data.subarray().subarray(1))
      const peers = Array.from({ length: 256 }, () => [textOf(madeUpId()), 0] as const)
      stream.send(prefixed(encodeAnswer({ id: ask.id, peers: peers.sort() })))
    })
  })
  return libp2p
}

/** Asks for everything that has a place in some table. */
async function takePlaces(libp2p: Libp2p, connection: Connection, target: PeerId): Promise<void> {
  const say = async (protocol: string, frame: Uint8Array): Promise<void> => {
    const stream = await connection.newStream(protocol)
    stream.send(prefixed(frame))
  }
  const who = target.toString()
  const all = [
    say(HOP_PROTOCOL, encodeMessage(hopMessage, { type: 'reserve' })),
    say(HOP_PROTOCOL, encodeMessage(hopMessage, { type: 'connect', peer: target })),
    say(VIA_PROTOCOL, encodeOpen({ to: [who], from: [] })),
    say(NEIGHBOURS_PROTOCOL, encodeAsk({ id: 1, op: 'list' })),
    say(NEIGHBOURS_PROTOCOL, encodeAsk({ id: 1, op: 'find', who: textOf(madeUpId()), hops: 3 })),
    say(ADDRESSES_PROTOCOL, encodeTold([multiaddr('/memory/third-party')])),
    say(KAD_PROTOCOL, questionFor(madeUpId()))
  ]
  await Promise.allSettled(all)
  // A change makes libp2p push what it is now.
  await libp2p.handle('/changed/v1', (stream) => stream.resume())
}

/** What a node has of others at this moment, by name. */
async function kept({ running, operations }: HouseNode): Promise<Record<string, number>> {
  const { transports, peers } = running.assembled
  const { counters } = await operations.status()
  const ofNow = ['relay.serve-reservations', 'relay.serve-circuits', 'via.circuits', 'dht.heard', 'dht.roles']
  return {
    'peer store': (await transports.network.peerStore.all()).length,
    'known peers': peers.autoDialer.neighbours().length,
    ...Object.fromEntries(ofNow.map((name) => [name, counters[name] ?? 0]))
  }
}

t.test(`${STRANGERS} strangers fill no table, and those of the book are served beside them`, async (t) => {
  t.setTimeout(30_000 + STRANGERS * 1000)
  const house = houseFor(t)
  const den = await house.start('den', {
    config: `relay: { serve: anyone }\nvia: { serve: near }\ndht: { serve: true }\nlimits: ${limits}`
  })
  const [address = ''] = (await den.operations.status()).addresses
  const hall = await house.start('hall', { gauges: ['air'], config: `relays: [${address}]` })
  const desk = await house.start('desk')
  await house.cut(hall, desk)
  for (const [one, other] of [
    [den, hall],
    [den, desk],
    [hall, desk]
  ] as const)
    await one.operations.bookPut({ name: other.name, who: other.peer })
  await desk.operations.bookPut({ name: 'hall', who: hall.peer, relays: [address] })
  while (!(await hall.operations.status()).relays?.every(({ held }) => held)) await house.pass(1000)

  const most: Record<string, number> = {}
  const staying: Libp2p[] = []
  t.teardown(() => Promise.all(staying.map((one) => one.stop())))
  for (let i = 0; i < STRANGERS; i++) {
    const one = await stranger()
    staying.push(one)
    await takePlaces(one, await one.dial(multiaddr(address)), peerIdFromString(hall.peer))
    if (i % 10 === 0) await house.while(den.operations.peers()).catch(() => undefined)
    if (staying.length > AT_ONCE) await staying.shift()?.stop()
    for (const [name, count] of Object.entries(await kept(den))) most[name] = Math.max(most[name] ?? 0, count)
  }
  t.comment(most)
  // Beside 16 strangers the two of the book, and one that leaves as another comes; a quarter is left to the book.
  t.ok(most['peer store'] !== undefined && most['peer store'] <= 16 + 2 + 1)
  t.ok(most['known peers'] !== undefined && most['known peers'] <= 16 + 2)
  t.equal(most['relay.serve-reservations'], 6 + 1, 'those of strangers, and that of hall')
  t.equal(most['relay.serve-circuits'], 6)
  t.equal(most['via.circuits'], 2)
  t.equal(most['dht.roles'], 16)
  t.equal(most['dht.heard'], 0, 'nobody is asked without a search')
  const asked = await house.while(desk.operations.ask({ who: 'hall' }, signal))
  t.match(asked[0]?.path, /^relay den/, 'a peer of the book opens a circuit to another one')
})

function textOf(id: Uint8Array): string {
  return peerIdFromMultihash(Digest.decode(id)).toString()
}
