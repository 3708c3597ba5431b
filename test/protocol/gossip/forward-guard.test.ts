import type { GossipSub } from '@libp2p/gossipsub'
import t, { type Test } from 'tap'
import { guardForwarding } from '../../../src/protocol/gossip/forward-guard.ts'
import { GossipNode } from '../../support/gossip-node.ts'
import { topic, us } from '../../support/history.ts'
import { reading } from '../../support/query/bench.ts'
import { until } from '../../support/until.ts'

/** A source, a node between, and two more, all joined with the one between alone. */
async function star(t: Test, mesh: boolean) {
  const gossip = mesh ? {} : { D: 0, Dlo: 0, Dhi: 0, Dscore: 0, Dout: 0, floodPublish: true }
  const [between, source, near, far] = await Promise.all([
    GossipNode.start({ gossip }),
    GossipNode.start(),
    GossipNode.start(),
    GossipNode.start()
  ])
  const nodes = [between, source, near, far]
  t.teardown(() => Promise.all(nodes.map((node) => node.stop())))
  for (const node of nodes) node.gossip.subscribe(topic)
  for (const node of [source, near, far]) {
    if (mesh) await node.join(between, topic)
    else await node.network.dial(between.network.getMultiaddrs())
  }
  await until(() => between.network.services.pubsub.getSubscribers(topic).length === 3)
  await until(() => source.network.services.pubsub.getSubscribers(topic).length === 1)
  between.separate.push([source.peer, far.peer])
  return { between, source, near, far }
}

const pack = (n: number) => us.pack(topic, [reading(n)]).bytes

t.test('what one neighbour sends is forwarded to those it passes to', async (t) => {
  const { between, source, near, far } = await star(t, true)
  for (let n = 1; n <= 5; n++) source.gossip.publish(topic, pack(n))
  await until(() => near.packs.length === 5)
  near.gossip.publish(topic, pack(6))
  await until(() => far.packs.length === 1)
  t.strictSame(
    far.packs.map(({ bytes }) => bytes),
    [pack(6)],
    'only what came from another neighbour'
  )
  t.ok(between.count('withhold') >= 5)
  between.gossip.publish(topic, pack(7))
  await until(() => far.packs.length === 2 && source.packs.length === 2)
  t.equal(between.packs.length, 6, 'the node between takes everything')
})

t.test('without a mesh: nothing is offered, and nothing given that was not offered', async (t) => {
  const { between, source, near, far } = await star(t, false)
  source.gossip.publish(topic, pack(1))
  await until(() => near.packs.length === 1)
  near.gossip.publish(topic, pack(2))
  await until(() => far.packs.length === 1)
  t.strictSame(far.packs[0]?.bytes, pack(2), 'the second came by IHAVE and IWANT, the first did not')
  const inside = between.network.services.pubsub as unknown as {
    mcache: { msgs: Map<string, { message: object }> }
    handleIWant(peer: string, wanted: { messageIDs: Uint8Array[] }[]): object[]
  }
  const messageIDs = [...inside.mcache.msgs.keys()].map((id) => Uint8Array.from(Buffer.from(id, 'latin1')))
  t.equal(inside.handleIWant(near.peer, [{ messageIDs }]).length, 2)
  t.equal(inside.handleIWant(far.peer, [{ messageIDs }]).length, 1, 'who guesses an id gets nothing either')
})

t.test('what this node publishes is neither sent nor offered to whom it does not pass to', async (t) => {
  for (const mesh of [true, false]) {
    const { between, source, near, far } = await star(t, mesh)
    between.separate.push([between.peer, far.peer])
    for (let n = 1; n <= 3; n++) between.gossip.publish(topic, pack(n))
    near.gossip.publish(topic, pack(4))
    await until(() => near.packs.length === 3 && source.packs.length === 4)
    await until(() => far.packs.length === 1)
    t.strictSame(far.packs[0]?.bytes, pack(4), 'only what came from another neighbour')
    t.ok(between.count('withhold') >= 3)
  }
})

t.test('IDONTWANT is sent only where every peer of the mesh may know', async (t) => {
  const sent: string[] = []
  const pubsub = stub({ sendIDontWants: (_id, topic) => sent.push(topic) })
  const remove = guardForwarding(pubsub as unknown as GossipSub, (source, to) => source + to !== 'af')
  pubsub.sendIDontWants(new Uint8Array(), 'near', 'a')
  pubsub.sendIDontWants(new Uint8Array(), 'both', 'a')
  pubsub.sendIDontWants(new Uint8Array(), 'both', 'f')
  pubsub.sendIDontWants(new Uint8Array(), 'none', 'a')
  t.strictSame(sent, ['near', 'both', 'none'])
  remove()
  pubsub.sendIDontWants(new Uint8Array(), 'both', 'a')
  t.equal(sent.length, 4, 'the guard is gone')
})

t.test('another gossipsub is refused', async (t) => {
  for (const missing of [
    'handleReceivedMessage',
    'selectPeersToForward',
    'selectPeersToPublish',
    'handleIWant',
    'pushGossip',
    'sendIDontWants',
    'mcache'
  ])
    t.throws(
      () => guardForwarding({ ...stub({}), [missing]: undefined } as unknown as GossipSub, () => true),
      { code: 'gossip-version', message: `this gossipsub has no ${missing}` }
    )
})

function stub(methods: { sendIDontWants?: (id: Uint8Array, topic: string, source: string) => void }) {
  const none = (): void => undefined
  return {
    mcache: { get: none },
    mesh: new Map([
      ['near', new Set(['a', 'n'])],
      ['both', new Set(['n', 'f'])]
    ]),
    handleReceivedMessage: none,
    selectPeersToForward: none,
    selectPeersToPublish: none,
    handleIWant: none,
    pushGossip: none,
    sendIDontWants: (_id: Uint8Array, _topic: string, _source: string): void => undefined,
    ...methods
  }
}
