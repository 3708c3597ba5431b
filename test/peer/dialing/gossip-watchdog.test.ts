import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import t, { type Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { watchGossip } from '../../../src/peer/dialing/gossip-watchdog.ts'

const PERIOD = 5000
const DIRECT = { remoteAddr: multiaddr('/memory/a') } as Connection
const RELAY = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
const RELAYED = { remoteAddr: multiaddr(`/p2p/${RELAY}/p2p-circuit`) } as Connection

async function stranger(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

/** Looks twice at one peer without gossip streams. @returns how often it was hung up on */
async function hungUp(
  t: Test,
  connections: readonly Connection[],
  { outbound = false, inbound = false, looks = 2, says = 'yes' as 'yes' | 'no' | 'nothing' } = {}
) {
  const clock = new VirtualClock()
  const peer = await stranger()
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
    streams: { streamsOutbound: streams(outbound), streamsInbound: streams(inbound) },
    clock,
    log: silentLog,
    period: PERIOD,
    speaksGossip: async () => (says === 'nothing' ? undefined : says === 'yes'),
    silence: 3 * PERIOD
  })
  for (let i = 0; i < looks; i++) await clock.advance(PERIOD)
  cancel()
  t.equal(clock.pending, 0)
  return times
}

t.test('a connection without gossip is hung up on at the second look', async (t) => {
  t.equal(await hungUp(t, [DIRECT]), 1)
  t.equal(await hungUp(t, [DIRECT], { outbound: true }), 1)
  t.equal(await hungUp(t, [DIRECT], { outbound: true, inbound: true }), 0)
})

t.test('a relayed connection carries no gossip, and is left alone', async (t) => {
  t.equal(await hungUp(t, [RELAYED]), 0)
  t.equal(await hungUp(t, [RELAYED, DIRECT]), 1, 'beside it a whole one is expected to carry it')
})

t.test('one that says it speaks no gossip is left alone, one that says nothing has its time', async (t) => {
  t.equal(await hungUp(t, [DIRECT], { says: 'no', looks: 20 }), 0)
  t.equal(await hungUp(t, [DIRECT], { says: 'nothing', looks: 4 }), 0)
  t.equal(await hungUp(t, [DIRECT], { says: 'nothing', looks: 5 }), 1, 'identify was missed')
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
  const streams = { streamsOutbound: new Map(), streamsInbound: new Map() }
  const init = { libp2p, streams, clock, log: silentLog, period: PERIOD, silence: PERIOD }
  const cancel = watchGossip({ ...init, speaksGossip: async () => true })
  await clock.advance(PERIOD)
  t.same(asked, [])
  await clock.advance(PERIOD)
  t.same(asked, peers.map(String))
  cancel()
})
