import type { Connection, Stream } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import t, { type Test } from 'tap'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { defaultsOf } from '../../../src/limits.ts'
import { silentLog } from '../../../src/log.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { encodeTold } from '../../../src/protocol/addresses/codec.ts'
import { ADDRESSES_PROTOCOL } from '../../../src/protocol/addresses/constants.ts'
import { type Addresses, addresses } from '../../../src/protocol/addresses/index.ts'
import { addressesLimits } from '../../../src/protocol/addresses/limits.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { memoryNetwork } from '../../support/memory-network.ts'

interface Side {
  readonly network: Network
  readonly service: Addresses
  readonly known: Set<string>
  readonly told: Map<string, string[]>
  own: Multiaddr[]
}

const signal = AbortSignal.timeout(60_000)
const limits = defaultsOf(addressesLimits)

async function side(t: Test, change: Partial<typeof limits> = {}, clock: Clock = systemClock): Promise<Side> {
  const network = await memoryNetwork()
  const known = new Set<string>()
  const told = new Map<string, string[]>()
  const made: Side = {
    network,
    known,
    told,
    own: [],
    service: addresses({ limits: { ...limits, ...change }, isOffered: true })({
      network,
      clock,
      log: silentLog,
      isKnown: (peer) => known.has(peer),
      own: () => made.own,
      told: (peer, heard) => told.set(peer, heard.map(String))
    })
  }
  await made.service.start()
  t.teardown(async () => {
    await made.service.stop()
    await network.stop()
  })
  return made
}

async function dial(one: Side, other: Side): Promise<Connection> {
  return await one.network.dial(other.network.getMultiaddrs())
}

/** Lets streams in memory do their work. */
async function settle(clock: VirtualClock): Promise<void> {
  for (let i = 0; i < 50; i++) {
    await new Promise(setImmediate)
    await clock.advance(0)
  }
}

const peerOf = ({ network }: Side): string => network.peerId.toString()

/** What the stream that a stranger opens ends with. */
async function endOf(stream: Stream): Promise<string> {
  if (stream.status !== 'open') return stream.status
  return await new Promise((resolve) => stream.addEventListener('close', () => resolve(stream.status)))
}

t.test('two that have each other in their books tell each other all', async (t) => {
  const [a, b] = [await side(t), await side(t)]
  a.own = [multiaddr('/ip4/10.0.0.1/tcp/1')]
  b.own = [multiaddr('/ip4/10.0.0.2/tcp/2'), multiaddr('/ip4/203.0.113.2/tcp/2')]
  a.known.add(peerOf(b))
  b.known.add(peerOf(a))
  const heard = await a.service.exchange(await dial(a, b), signal)
  t.same(heard.map(String), b.own.map(String))
  t.same(b.told.get(peerOf(a)), ['/ip4/10.0.0.1/tcp/1'])
  t.same(a.told.get(peerOf(b)), b.own.map(String))
  t.ok((b.service.counters['answered'] ?? 0) >= 1)
})

t.test(
  'the opener of a direct connection asks by itself once it knows that the other speaks it',
  async (t) => {
    const [a, b] = [await side(t), await side(t)]
    b.own = [multiaddr('/ip4/10.0.0.2/tcp/2')]
    a.known.add(peerOf(b))
    b.known.add(peerOf(a))
    await dial(a, b)
    for (let waited = 0; waited < 10_000 && !a.told.has(peerOf(b)); waited += 20) await systemClock.sleep(20)
    t.same(a.told.get(peerOf(b)), ['/ip4/10.0.0.2/tcp/2'])
  }
)

t.test('where this node moved while it told where it is, it tells it anew', async (t) => {
  const clock = new VirtualClock()
  const [a, b] = [await side(t, {}, clock), await side(t, {}, clock)]
  a.known.add(peerOf(b))
  b.known.add(peerOf(a))
  a.own = [multiaddr('/ip4/10.0.0.1/tcp/1')]
  const moved = [multiaddr('/ip4/10.0.9.9/tcp/1')]
  const set = b.told.set.bind(b.told)
  b.told.set = (peer, heard) => {
    a.own = moved
    return set(peer, heard)
  }
  await dial(a, b)
  await settle(clock)
  t.same(b.told.get(peerOf(a)), ['/ip4/10.0.0.1/tcp/1'])
  await clock.advance(5000)
  await settle(clock)
  t.same(b.told.get(peerOf(a)), moved.map(String))
})

t.test('a peer that comes into the book later, and addresses that change, are told anew', async (t) => {
  const clock = new VirtualClock()
  const [a, b] = [await side(t, {}, clock), await side(t, {}, clock)]
  a.own = [multiaddr('/ip4/10.0.0.1/tcp/1')]
  b.own = [multiaddr('/ip4/10.0.0.2/tcp/2')]
  const connection = await dial(a, b)
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms)
    await settle(clock)
  }
  await pass(60_000)
  t.equal(a.told.size + b.told.size, 0, 'they do not know each other')
  a.known.add(peerOf(b))
  await pass(5000)
  t.same([a.told.size, b.told.size], [0, 0], 'one side alone is refused')
  await pass(60_000)
  t.equal(b.service.counters['refused'], 1, 'and not asked all the time')
  b.known.add(peerOf(a))
  await pass(5000)
  t.same(a.told.get(peerOf(b)), ['/ip4/10.0.0.2/tcp/2'])
  t.same(b.told.get(peerOf(a)), ['/ip4/10.0.0.1/tcp/1'])
  a.own = [multiaddr('/ip4/10.0.9.9/tcp/1')]
  await pass(5000)
  t.same(b.told.get(peerOf(a)), ['/ip4/10.0.9.9/tcp/1'])
  const { answered } = b.service.counters
  await pass(3_600_000)
  t.equal(b.service.counters['answered'], answered, 'what is known is not told again')
  t.equal(connection.status, 'open')
})

t.test('a node that nobody is connected to does not look where it is', async (t) => {
  const clock = new VirtualClock()
  const alone = await side(t, {}, clock)
  let looks = 0
  Object.defineProperty(alone, 'own', {
    get() {
      looks++
      return []
    }
  })
  await clock.advance(10 * limits.check)
  t.equal(looks, 0)
  await dial(alone, await side(t))
  await clock.advance(2 * limits.check)
  t.ok(looks > 0)
})

t.test('a stranger is refused before anything is read, whatever there is to tell', async (t) => {
  const [stranger, node] = [await side(t), await side(t)]
  stranger.known.add(peerOf(node))
  const connection = await dial(stranger, node)
  for (const own of [[], [multiaddr('/ip4/10.0.0.2/tcp/2')]]) {
    node.own = own
    await t.rejects(stranger.service.exchange(connection, signal))
    const silent = await connection.newStream(ADDRESSES_PROTOCOL, { signal })
    t.equal(await endOf(silent), 'reset', 'one that sends nothing')
  }
  t.same([...node.told], [], 'nothing was taken from it')
  t.notOk(stranger.told.has(peerOf(node)))
})

t.test('nothing is told to a peer outside the own book', async (t) => {
  const [a, b] = [await side(t), await side(t)]
  b.known.add(peerOf(a))
  t.same(await a.service.exchange(await dial(a, b), signal), [])
  t.same([...b.told], [])
  t.equal(b.service.counters['answered'], undefined)
})

t.test('who asks too often, sends rubbish, two frames, or nothing is reset', async (t) => {
  const [a, b] = [await side(t), await side(t, { burst: 4, rate: 0.01, deadline: 200 })]
  b.known.add(peerOf(a))
  const connection = await dial(a, b)
  const open = (): Promise<Stream> => connection.newStream(ADDRESSES_PROTOCOL, { signal })
  const rubbish = await open()
  rubbish.send(prefixed(Uint8Array.of(0xff)))
  t.equal(await endOf(rubbish), 'reset')
  const twice = await open()
  twice.send(prefixed(encodeTold([])))
  twice.send(prefixed(encodeTold([])))
  t.ok(['reset', 'closed'].includes(await endOf(twice)))
  t.equal(await endOf(await open()), 'reset', 'it waits for a frame no longer than the deadline')
  const last = await open()
  last.send(prefixed(encodeTold([multiaddr('/ip4/10.0.0.1/tcp/1')])))
  await last.close()
  const refusedBefore = b.service.counters['refused'] ?? 0
  t.equal(await endOf(await open()), 'reset', 'the fifth is over the rate')
  t.equal(b.service.counters['refused'], refusedBefore + 1)
})
