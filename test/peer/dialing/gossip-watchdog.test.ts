import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import t, { type Test } from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { type GossipStreams, watchGossip } from '../../../src/peer/dialing/gossip-watchdog.ts'
import { memoryNetwork } from '../../support/memory-network.ts'
import { until } from '../../support/until.ts'

const PERIOD = 5000
const DIRECT = { remoteAddr: multiaddr('/memory/a'), streams: [] as Stream[] } as Connection
const RELAY = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
const RELAYED = { remoteAddr: multiaddr(`/p2p/${RELAY}/p2p-circuit`), streams: [] as Stream[] } as Connection

async function stranger(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

/** Looks some times at one peer without gossip streams. @returns how often gossip was begun anew, and it was hung up on */
async function hungUp(
  t: Test,
  connections: readonly Connection[],
  { outbound = false, inbound = false, looks = 5, says = 'yes' as 'yes' | 'no' | 'nothing' } = {}
) {
  const clock = new VirtualClock()
  const peer = await stranger()
  let begun = 0
  let times = 0
  const libp2p = {
    getPeers: () => [peer],
    getConnections: () => [...connections],
    async hangUp() {
      times += 1
    }
  } as unknown as Libp2p
  const streams = (are: boolean): Map<string, unknown> => new Map(are ? [[peer.toString(), {}]] : [])
  const cancel = watchGossip({
    libp2p,
    streams: {
      streamsOutbound: streams(outbound),
      streamsInbound: streams(inbound),
      onPeerConnected: () => {
        begun += 1
      }
    },
    clock,
    log: silentLog,
    period: PERIOD,
    speaksGossip: async () => (says === 'nothing' ? undefined : says === 'yes'),
    silence: 3 * PERIOD
  })
  for (let i = 0; i < looks; i++) await clock.advance(PERIOD)
  cancel()
  t.equal(clock.pending, 0)
  return { begun, times }
}

t.test(
  'gossip that is dead is begun anew at the second look, and hung up on where it stays dead',
  async (t) => {
    for (const outbound of [false, true]) {
      t.same(await hungUp(t, [DIRECT], { outbound, looks: 1 }), { begun: 0, times: 0 })
      t.same(await hungUp(t, [DIRECT], { outbound, looks: 2 }), { begun: 1, times: 0 })
      t.same(await hungUp(t, [DIRECT], { outbound, looks: 4 }), { begun: 3, times: 0 })
      t.same(await hungUp(t, [DIRECT], { outbound, looks: 5 }), { begun: 3, times: 1 })
    }
    t.same(await hungUp(t, [DIRECT], { outbound: true, inbound: true }), { begun: 0, times: 0 })
  }
)

t.test('streams of gossip that gossipsub has given up are reset, and no others', async (t) => {
  const aborted: string[] = []
  const stream = (protocol: string, direction: 'inbound' | 'outbound'): Stream =>
    ({ protocol, direction, abort: () => aborted.push(`${direction} ${protocol}`) }) as unknown as Stream
  const streams = [
    stream('/meshsub/1.1.0', 'inbound'),
    stream('/meshsub/1.1.0', 'outbound'),
    stream('/doc/echo/v1', 'inbound')
  ]
  await hungUp(t, [{ ...DIRECT, streams } as Connection], { outbound: true, looks: 2 })
  t.same(aborted, ['inbound /meshsub/1.1.0'])
})

t.test('a relayed connection carries no gossip, and is left alone', async (t) => {
  t.same(await hungUp(t, [RELAYED]), { begun: 0, times: 0 })
  t.same(
    await hungUp(t, [RELAYED, DIRECT]),
    { begun: 3, times: 1 },
    'beside it a whole one is expected to carry it'
  )
})

t.test('one that says it speaks no gossip is left alone, one that says nothing has its time', async (t) => {
  t.same(await hungUp(t, [DIRECT], { says: 'no', looks: 20 }), { begun: 0, times: 0 })
  t.same(await hungUp(t, [DIRECT], { says: 'nothing', looks: 4 }), { begun: 0, times: 0 })
  t.same(await hungUp(t, [DIRECT], { says: 'nothing' }), { begun: 0, times: 1 }, 'identify was missed')
})

t.test('one that cannot be hung up on keeps nobody else from being healed', async (t) => {
  const clock = new VirtualClock()
  const peers = [await stranger(), await stranger()]
  const asked: string[] = []
  const libp2p = {
    getPeers: () => peers,
    getConnections: () => [DIRECT],
    hangUp: (peer: PeerId) => {
      asked.push(peer.toString())
      return peer === peers[0] ? new Promise(() => {}) : Promise.resolve()
    }
  } as unknown as Libp2p
  const streams = { streamsOutbound: new Map(), streamsInbound: new Map(), onPeerConnected: () => {} }
  const init = { libp2p, streams, clock, log: silentLog, period: PERIOD, silence: PERIOD }
  const cancel = watchGossip({ ...init, speaksGossip: async () => true })
  await clock.advance(2 * PERIOD)
  t.same(asked, [])
  await clock.advance(PERIOD)
  t.same(asked, peers.map(String))
  cancel()
})

t.test('gossip comes back on the connection that is open, of both sides', async (t) => {
  const [one, other] = await Promise.all([memoryNetwork(), memoryNetwork()])
  t.teardown(() => Promise.all([one.stop(), other.stop()]))
  const clock = new VirtualClock()
  const gossipOf = (network: Network): GossipStreams => network.services.pubsub as unknown as GossipStreams
  const hasBoth = (network: Network, peer: PeerId): boolean => {
    const { streamsInbound, streamsOutbound } = gossipOf(network)
    return streamsInbound.has(`${peer}`) && streamsOutbound.has(`${peer}`)
  }
  const areWhole = (): boolean => hasBoth(one, other.peerId) && hasBoth(other, one.peerId)
  const connection = await one.dial(other.getMultiaddrs())
  await until(areWhole)
  for (const network of [one, other]) {
    const init = { libp2p: network, streams: gossipOf(network), clock, log: silentLog, period: PERIOD }
    t.teardown(watchGossip({ ...init, speaksGossip: async () => true, silence: 60 * PERIOD }))
  }
  // As after a message over the limit (docs/network.md trap 2).
  const pubsub = one.services.pubsub as unknown as { onPeerDisconnected(peer: PeerId): void }
  pubsub.onPeerDisconnected(other.peerId)
  t.notOk(areWhole())
  for (let looks = 0; looks < 4; looks++) {
    await clock.advance(PERIOD)
    await systemClock.sleep(50)
  }
  await until(areWhole)
  t.equal(connection.status, 'open')
})
