import { RPC } from '@libp2p/gossipsub/message'
import t from 'tap'
import {
  EXCESS_BURST,
  IDS_PER_ENTRY,
  MAX_BACKOFF,
  MIN_CONTROL_MESSAGES,
  RPC_LIMITS
} from '../../../src/protocol/gossip/constants.ts'
import { controlCost, guardRate } from '../../../src/protocol/gossip/rate-guard.ts'
import { sensorProtocols } from '../../../src/protocol/protocol-registry.ts'
import { GossipNode, rates } from '../../support/gossip-node.ts'
import { topic, us } from '../../support/history.ts'
import { reading } from '../../support/query/bench.ts'
import { until } from '../../support/until.ts'

type Control = Partial<RPC.ControlMessage>

const topics = sensorProtocols.map(({ id }) => id)
const topicID = (i: number): string => topics[i % topics.length] ?? ''
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))
const ids = (count: number): Uint8Array[] => times(count, (i) => Uint8Array.of(i >> 8, i & 255))
const none: RPC.ControlMessage = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] }
const controlRpc = (control: Control): RPC => ({
  subscriptions: [],
  messages: [],
  control: { ...none, ...control }
})

/** An RPC of each kind at the limit of one RPC. */
const kinds: Readonly<Record<string, RPC>> = {
  graft: controlRpc({ graft: times(MIN_CONTROL_MESSAGES, (i) => ({ topicID: topicID(i) })) }),
  prune: controlRpc({ prune: times(MIN_CONTROL_MESSAGES, (i) => ({ topicID: topicID(i), peers: [] })) }),
  ihave: controlRpc({
    ihave: times(MIN_CONTROL_MESSAGES, (i) => ({ topicID: topicID(i), messageIDs: ids(100) }))
  }),
  iwant: controlRpc({ iwant: times(MIN_CONTROL_MESSAGES, () => ({ messageIDs: ids(100) })) }),
  idontwant: controlRpc({ idontwant: times(MIN_CONTROL_MESSAGES, () => ({ messageIDs: ids(100) })) }),
  subscriptions: {
    subscriptions: times(RPC_LIMITS.maxSubscriptions, (i) => ({
      subscribe: i % 2 === 0,
      topic: topicID(i >> 1)
    })),
    messages: []
  }
}

t.test('what an RPC costs', async (t) => {
  t.equal(controlCost({ subscriptions: [] }), 0)
  t.equal(controlCost({ subscriptions: [{}, {}] }), 2)
  t.equal(controlCost({ subscriptions: [{}], control: { ...none, graft: [{}], prune: [{ peers: [] }] } }), 3)
  t.equal(
    controlCost(
      controlRpc({ ihave: [{ messageIDs: ids(3 * IDS_PER_ENTRY) }], iwant: [{ messageIDs: ids(1) }] })
    ),
    5
  )
})

for (const [kind, rpc] of Object.entries(kinds)) {
  t.test(
    `${kind} without end: dropped beyond the rate, the peer is disconnected, others are heard`,
    async (t) => {
      const [node, stranger, friend] = await Promise.all([
        GossipNode.start(),
        GossipNode.start(),
        GossipNode.start()
      ])
      t.teardown(() => Promise.all([node.stop(), stranger.stop(), friend.stop()]))
      for (const one of [node, stranger, friend]) one.gossip.subscribe(topic)
      await Promise.all([stranger.join(node, topic), friend.join(node, topic)])
      const bytes = RPC.encode(rpc)
      const burst = 2 * rates.sourceBurst
      const rpcs = Math.ceil(burst / controlCost(rpc)) + EXCESS_BURST + 2
      for (let i = 0; i < rpcs; i++) stranger.injectRpc(node, bytes)
      await until(() => node.hangUps.includes(stranger.peer))
      await until(() => !node.network.getPeers().some((peer) => peer.toString() === stranger.peer))
      t.ok(node.count('ignore-control') > EXCESS_BURST)
      t.strictSame(node.hangUps, [stranger.peer], 'once')
      friend.gossip.publish(topic, us.pack(topic, [reading(1)]).bytes)
      await until(() => node.packs.length === 1)
    }
  )
}

t.test(
  'RPCs that cannot be decoded, or hold more than one may, are counted and cost the connection',
  async (t) => {
    const [node, stranger] = await Promise.all([GossipNode.start(), GossipNode.start()])
    t.teardown(() => Promise.all([node.stop(), stranger.stop()]))
    for (const one of [node, stranger]) one.gossip.subscribe(topic)
    await stranger.join(node, topic)
    const over = controlRpc({
      prune: times(MIN_CONTROL_MESSAGES + 1, (i) => ({ topicID: topicID(i), peers: [] }))
    })
    stranger.injectRpc(node, RPC.encode(over))
    for (let i = 0; i <= EXCESS_BURST; i++) stranger.injectRpc(node, Uint8Array.of(0xff, 0xff, 0xff))
    await until(() => node.hangUps.length === 1)
    t.equal(node.count('ignore-control'), 0)
    t.ok(node.count('ignore-malformed') > EXCESS_BURST)
  }
)

t.test('the back-off of a PRUNE is bounded', async (t) => {
  const received: RPC[] = []
  const receiver = {
    decodeRpc: (bytes: Uint8Array) => RPC.decode(bytes),
    handleReceivedRpc: async (_from: unknown, rpc: RPC) => void received.push(rpc)
  }
  const gossipsub = receiver as unknown as Parameters<typeof guardRate>[0]
  guardRate(gossipsub, { message: () => true, control: () => true, malformed: () => undefined })
  const backoffs = [undefined, 60, 2 ** 52]
  const prune = backoffs.map((backoff) => ({
    topicID: topic,
    peers: [],
    ...(backoff === undefined ? {} : { backoff })
  }))
  await receiver.handleReceivedRpc('peer', controlRpc({ prune }))
  t.strictSame(
    received[0]?.control?.prune.map(({ backoff }) => backoff),
    [undefined, 60, MAX_BACKOFF]
  )
})
