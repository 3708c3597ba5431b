import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Libp2p } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import t, { type Test } from 'tap'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../src/log.ts'
import type { Network } from '../../src/node/network.ts'
import { LocalNetwork } from '../../src/peer/local-network.ts'
import { Neighbourhood } from '../../src/peer/neighbourhood.ts'
import { memoryNetwork, nextEvent } from '../support/memory-network.ts'

const limits = {
  peers: 3,
  addresses: 2,
  dialTimeout: 20_000,
  retryMin: 1_000,
  retryMax: 60_000,
  forgetAfter: 3_600_000
}

async function pair(t: Test, inBook: (peer: string) => boolean = () => false) {
  const [here, there] = [await memoryNetwork(), await memoryNetwork()]
  const clock = new VirtualClock()
  const init = {
    libp2p: here as unknown as Libp2p,
    clock,
    log: silentLog,
    network: new LocalNetwork({}),
    random: () => 0.5,
    limits,
    inBook
  }
  const neighbourhood = new Neighbourhood(init)
  neighbourhood.start()
  t.teardown(async () => {
    neighbourhood.stop()
    await Promise.all([here.stop(), there.stop()])
  })
  return { here, there, clock, neighbourhood, peer: there.peerId.toString() }
}

function opened(network: Network): Promise<Event> {
  return nextEvent(network, 'connection:open')
}

t.test('what was found is dialled, what was lost is dialled again, without end', async (t) => {
  const { here, there, clock, neighbourhood, peer } = await pair(t)
  const first = Promise.all([opened(here), opened(there)])
  neighbourhood.found(there.peerId, there.getMultiaddrs())
  await clock.advance(1000)
  await first
  t.equal(neighbourhood.connection(peer)?.direct, true)

  const closed = nextEvent(here, 'connection:close')
  await there.hangUp(here.peerId)
  await closed
  t.equal(neighbourhood.connection(peer), undefined)
  const again = opened(here)
  await clock.advance(1000)
  await again
  t.match(neighbourhood.neighbours(), [{ peer, connected: true }])
})

t.test('a dead address is tried with growing waits and forgotten in the end', async (t) => {
  const { here, clock, neighbourhood } = await pair(t)
  let dials = 0
  const dial = here.dial.bind(here)
  here.dial = (...args) => {
    dials += 1
    return dial(...args)
  }
  const nobody = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  neighbourhood.found(nobody, [multiaddr('/memory/nobody')])
  await clock.advance(10_000)
  t.ok(dials >= 3 && dials <= 5, `${dials} dials in 10 s`)
  await clock.advance(3_700_000)
  t.ok(dials > 60, 'never given up before')
  t.same(neighbourhood.neighbours(), [], 'forgotten after an hour')
})

t.test('peers of the book are never forgotten', async (t) => {
  const { clock, neighbourhood } = await pair(t, () => true)
  const nobody = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
  neighbourhood.remember(nobody, ['/memory/nobody'])
  await clock.advance(4_000_000)
  t.match(neighbourhood.neighbours(), [{ peer: nobody, connected: false, seenAt: undefined }])
})

t.test('strangers cannot fill the table, nor addresses a peer', async (t) => {
  const { neighbourhood } = await pair(t)
  for (let i = 0; i < 10; i++) {
    const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    neighbourhood.found(
      stranger,
      ['a', 'b', 'c'].map((name) => multiaddr(`/memory/${name}${i}`))
    )
  }
  const known = neighbourhood.neighbours()
  t.equal(known.length, limits.peers)
  t.ok(known.every((one) => one.addresses.length === limits.addresses))
})

t.test('connect dials at once, by what is known', async (t) => {
  const { there, neighbourhood, peer } = await pair(t)
  neighbourhood.remember(peer, there.getMultiaddrs().map(String))
  const connection = await neighbourhood.connect(peer, AbortSignal.timeout(5000))
  t.equal(connection.remotePeer.toString(), peer)
  t.equal(await neighbourhood.connect(peer, AbortSignal.timeout(5000)), connection, 'and is reused')
})
