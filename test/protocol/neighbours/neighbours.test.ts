import t, { type Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { NEIGHBOURS_PROTOCOL } from '../../../src/protocol/neighbours/constants.ts'
import { type Neighbours, neighbours } from '../../../src/protocol/neighbours/index.ts'
import { memoryNetwork } from '../../support/memory-network.ts'
import { limits } from '../../support/neighbours/graph.ts'

const signal = new AbortController().signal
/** Milliseconds of virtual time between two looks at what should have come true, and how many looks. */
const STEP = 50
const LOOKS = 400

interface Node {
  readonly network: Network
  readonly service: Neighbours
  readonly peer: string
  /** Peers whose protocols are known. */
  readonly identified: ReadonlySet<string>
}

class World {
  readonly clock = new VirtualClock()
  readonly #t: Test

  constructor(t: Test) {
    this.#t = t
  }

  async node({ isListed = true, denied = '', isStarted = true } = {}): Promise<Node> {
    const network = await memoryNetwork()
    const peer = network.peerId.toString()
    const identified = new Set<string>()
    network.addEventListener('peer:identify', ({ detail }) => identified.add(detail.peerId.toString()))
    const service = neighbours({ limits, isListed })({
      self: peer,
      network,
      clock: this.clock,
      log: silentLog,
      random: () => 0.5,
      admission: { answers: (caller) => caller.peer !== denied, denies: (other) => other === denied },
      inBook: () => true,
      sharesLink: () => true,
      callerOf: ({ remotePeer, direct }) => ({ peer: remotePeer.toString(), host: undefined, direct })
    })
    if (isStarted) await service.start()
    this.#t.teardown(async () => {
      await service.stop()
      await network.stop()
    })
    return { network, service, peer, identified }
  }

  /** Connects two nodes and waits until both know what the other handles. */
  async join(one: Node, other: Node): Promise<void> {
    await one.network.dial(other.network.getMultiaddrs())
    await this.until(async () => one.identified.has(other.peer) && other.identified.has(one.peer))
  }

  async until(isTrue: () => Promise<boolean>): Promise<void> {
    for (let look = 0; look < LOOKS; look++) {
      if (await isTrue()) return
      await new Promise((resolve) => setImmediate(resolve))
      await this.clock.advance(STEP)
    }
    throw new Error('it never came true')
  }
}

function pathsOf(
  peers: readonly { peer: string; path: readonly string[] }[]
): Record<string, readonly string[]> {
  return Object.fromEntries(peers.map(({ peer, path }) => [peer, path]))
}

/** Streams of the protocol between two nodes. */
function streams(one: Node, other: Node): number {
  return one.network
    .getConnections(other.network.peerId)
    .flatMap((connection) => connection.streams)
    .filter(({ protocol }) => protocol === NEIGHBOURS_PROTOCOL).length
}

t.test('a chain over libp2p: what neighbours see is listed, a peer further away is searched', async (t) => {
  const world = new World(t)
  const nodes = await Promise.all(Array.from({ length: 5 }, () => world.node()))
  const [desk, hall, attic, den, roof] = nodes as [Node, Node, Node, Node, Node]
  for (const [i, node] of nodes.slice(1).entries()) await world.join(nodes[i] as Node, node)
  t.strictSame(pathsOf(await desk.service.distantPeers([], signal)), { [attic.peer]: [hall.peer] })
  t.strictSame(await desk.service.findPaths(attic.peer, signal), [[hall.peer]])
  t.strictSame(await desk.service.findPaths(roof.peer, signal), [[hall.peer, attic.peer, den.peer]])
  t.strictSame(await desk.service.findPaths(hall.peer, signal), [[]])
  await world.clock.advance(30_000)
  t.strictSame(pathsOf(await desk.service.distantPeers([den.peer, roof.peer], signal)), {
    [attic.peer]: [hall.peer],
    [den.peer]: [hall.peer, attic.peer],
    [roof.peer]: [hall.peer, attic.peer, den.peer]
  })
  t.match(desk.service.counters, { asked: 3 })
  t.equal(streams(desk, hall), 1, 'one stream for all questions')
})

t.test('answers are kept for 30 s, an idle stream for a minute', async (t) => {
  const world = new World(t)
  const [desk, hall, attic] = [await world.node(), await world.node(), await world.node()]
  await world.join(desk, hall)
  await world.join(hall, attic)
  for (let i = 0; i < 5; i++) {
    t.equal((await desk.service.distantPeers([], signal)).length, 1)
    await world.clock.advance(5000)
  }
  t.equal(hall.service.counters.list, 1)
  await world.clock.advance(5000)
  await desk.service.distantPeers([], signal)
  t.equal(hall.service.counters.list, 2)
  t.equal(streams(desk, hall), 1)
  await world.clock.advance(60_000)
  await world.until(async () => streams(desk, hall) === 0 && streams(hall, desk) === 0)
})

t.test('who is unlisted is neither listed nor found, and may ask', async (t) => {
  const world = new World(t)
  const [desk, hall] = [await world.node(), await world.node()]
  const hidden = await world.node({ isListed: false })
  await world.join(desk, hall)
  await world.join(hidden, hall)
  t.strictSame(await desk.service.distantPeers([hidden.peer], signal), [])
  t.strictSame(await desk.service.findPaths(hidden.peer, signal), [])
  t.strictSame(pathsOf(await hidden.service.distantPeers([], signal)), { [desk.peer]: [hall.peer] })
  t.notOk(hidden.network.getProtocols().includes(NEIGHBOURS_PROTOCOL))
})

t.test('a neighbour that went is not named, and no path begins at it', async (t) => {
  const world = new World(t)
  const [desk, hall, attic] = [await world.node(), await world.node(), await world.node()]
  await world.join(desk, hall)
  await world.join(hall, attic)
  t.equal((await desk.service.distantPeers([], signal)).length, 1)
  await hall.network.hangUp(attic.network.peerId)
  await world.clock.advance(30_000)
  await world.until(async () => (await desk.service.distantPeers([], signal)).length === 0)
  await desk.network.hangUp(hall.network.peerId)
  await world.until(async () => (await desk.service.findPaths(attic.peer, signal)).length === 0)
})

t.test('a denied caller is told so; a node that stops ends its streams', async (t) => {
  const world = new World(t)
  const desk = await world.node()
  const hall = await world.node({ denied: desk.peer })
  await world.join(desk, hall)
  t.strictSame(await desk.service.distantPeers([], signal), [])
  t.equal(hall.service.counters['error-denied'], 1)
  await hall.service.stop()
  await world.until(async () => streams(desk, hall) === 0)
})

t.test('peers that were connected before the service starts are asked, too', async (t) => {
  const world = new World(t)
  const [desk, hall, attic] = [await world.node({ isStarted: false }), await world.node(), await world.node()]
  await world.join(desk, hall)
  await world.join(hall, attic)
  await desk.service.start()
  t.strictSame(await desk.service.findPaths(attic.peer, signal), [[hall.peer]])
})
