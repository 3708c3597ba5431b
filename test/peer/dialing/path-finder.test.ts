import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { PathFinder } from '../../../src/peer/dialing/path-finder.ts'
import { AllReported, NoAddress, type Way } from '../../../src/peer/dialing/way.ts'

const never = new AbortController().signal

/** A way that ends after `ms` with a connection, or with an error. */
function fakeWay(
  clock: VirtualClock,
  { name, startsAfter }: Pick<Way, 'name' | 'startsAfter'>,
  ms: number,
  failure?: Error
) {
  const begun: number[] = []
  const aborted: number[] = []
  const connection = {} as Connection
  const way: Way = {
    name,
    startsAfter,
    async dial(_peer, signal) {
      begun.push(clock.monotonic())
      signal.addEventListener('abort', () => aborted.push(clock.monotonic()))
      await clock.sleep(ms, signal)
      if (failure !== undefined) throw failure
      return connection
    }
  }
  return { way, begun, aborted, connection }
}

const ADDRESSES = { name: 'addresses', startsAfter: 0 } as const
const NEIGHBOURS = { name: 'neighbours', startsAfter: 300 } as const
const RELAY = { name: 'relay', startsAfter: 1000 } as const

function finder(clock: VirtualClock, ways: readonly Way[], standing?: Connection): PathFinder {
  return new PathFinder({
    clock,
    ways,
    standing: () => standing,
    gate: (peer) => (peer === 'denied' ? 'kith.yaml denies it' : undefined)
  })
}

t.test('each way begins at its time while the former still tries; the losers are aborted', async (t) => {
  const clock = new VirtualClock()
  const blackHole = fakeWay(clock, ADDRESSES, 3000)
  const neighbours = fakeWay(clock, NEIGHBOURS, 3000)
  const relay = fakeWay(clock, RELAY, 50)
  const found = finder(clock, [blackHole.way, neighbours.way, relay.way]).connect('hall', never)
  await clock.advance(1100)
  t.equal(await found, relay.connection)
  t.same([blackHole.begun, neighbours.begun, relay.begun], [[0], [300], [1000]])
  t.same([blackHole.aborted, neighbours.aborted, relay.aborted], [[1050], [1050], []])
})

t.test(
  'beside an address without an answer, the way that is begun 300 ms later connects at once',
  async (t) => {
    const clock = new VirtualClock()
    const ways = [fakeWay(clock, ADDRESSES, 3000).way, fakeWay(clock, NEIGHBOURS, 20).way]
    const found = finder(clock, ways).connect('hall', never)
    let at = Number.NaN
    found.then(() => {
      at = clock.monotonic()
    })
    await clock.advance(320)
    await found
    t.equal(at, 320)
  }
)

t.test('a way begins at once where all before it have failed', async (t) => {
  const clock = new VirtualClock()
  const addresses = fakeWay(clock, ADDRESSES, 10, new NoAddress())
  const neighbours = fakeWay(clock, NEIGHBOURS, 20)
  const relay = fakeWay(clock, RELAY, 20)
  const found = finder(clock, [addresses.way, neighbours.way, relay.way]).connect('hall', never)
  await clock.advance(40)
  t.equal(await found, neighbours.connection)
  t.same([neighbours.begun, relay.begun], [[10], []])
})

t.test('everything tried is kept for the error, a line each', async (t) => {
  const clock = new VirtualClock()
  const reporting: Way = {
    ...ADDRESSES,
    async dial(_peer, _signal, report) {
      report('192.168.1.20: no route to host')
      report('192.168.1.21: connection refused')
      throw new AllReported()
    }
  }
  const neighbours = fakeWay(clock, NEIGHBOURS, 20, new Error('none of 3 asked sees it'))
  const dht = fakeWay(clock, { name: 'dht', startsAfter: 1000 }, 0, new Error('not joined'))
  const failed = t.rejects(finder(clock, [reporting, neighbours.way, dht.way]).connect('hall', never), {
    name: 'NotReached',
    hadNoAddress: false,
    tried: [
      '192.168.1.20: no route to host',
      '192.168.1.21: connection refused',
      'through neighbours: none of 3 asked sees it',
      'DHT: not joined'
    ]
  })
  await clock.advance(100)
  await failed
})

t.test('one search serves all who wait, and ends once nobody waits', async (t) => {
  const clock = new VirtualClock()
  const addresses = fakeWay(clock, ADDRESSES, 1000)
  const paths = finder(clock, [addresses.way])
  const [one, other] = [new AbortController(), new AbortController()]
  const first = t.rejects(paths.connect('hall', one.signal), /enough/)
  const second = t.rejects(paths.connect('hall', other.signal), /too long/)
  await clock.advance(100)
  one.abort(new Error('enough'))
  await first
  t.same([addresses.begun, addresses.aborted], [[0], []])
  other.abort(new Error('too long'))
  await second
  t.same(addresses.aborted, [100])
  const again = paths.connect('hall', never)
  await clock.advance(1000)
  t.equal(await again, addresses.connection, 'a later search begins anew')
})

t.test('an open connection is used, but not to one who is denied', async (t) => {
  const clock = new VirtualClock()
  const standing = {} as Connection
  const addresses = fakeWay(clock, ADDRESSES, 0)
  const paths = finder(clock, [addresses.way], standing)
  t.same(await paths.find('hall', never), { connection: standing, tried: [], isNew: false })
  await t.rejects(paths.find('denied', never), { name: 'NotReached', message: 'kith.yaml denies it' })
  t.same(addresses.begun, [])
})

const spentCircuit = { limits: { bytes: 1000n }, status: 'open' } as unknown as Connection

t.test('a circuit that is nearly spent is renewed by its way before anything else is tried', async (t) => {
  const clock = new VirtualClock()
  const addresses = fakeWay(clock, ADDRESSES, 20)
  const relay = fakeWay(clock, RELAY, 20)
  const next = {} as Connection
  const renewing: Way = { ...relay.way, renew: async (spent) => (spent === spentCircuit ? next : spent) }
  const found = await finder(clock, [addresses.way, renewing], spentCircuit).find('hall', never)
  t.equal(found.connection, next)
  t.same([addresses.begun, relay.begun], [[], []])
})

t.test(
  'where it cannot be renewed all ways are tried; without one, what is left of it is used',
  async (t) => {
    const clock = new VirtualClock()
    const failing = (way: Way): Way => ({ ...way, renew: () => Promise.reject(new Error('full')) })
    const relay = fakeWay(clock, RELAY, 20)
    const found = clock.run(finder(clock, [failing(relay.way)], spentCircuit).connect('hall', never))
    t.equal(await found, relay.connection)
    const lost = fakeWay(clock, RELAY, 20, new Error('full'))
    const left = await clock.run(finder(clock, [failing(lost.way)], spentCircuit).find('hall', never))
    t.equal(left.connection, spentCircuit)
    t.match(left.tried, ['relay: full'])
  }
)

t.test('where nothing is found, what is left is used for 30 s before another search', async (t) => {
  const clock = new VirtualClock()
  const lost = fakeWay(clock, ADDRESSES, 20, new Error('full'))
  const paths = finder(clock, [lost.way], spentCircuit)
  for (let i = 0; i < 10; i++) t.equal(await clock.run(paths.connect('hall', never)), spentCircuit)
  t.equal(lost.begun.length, 1)
  await clock.advance(30_000)
  await clock.run(paths.connect('hall', never))
  t.equal(lost.begun.length, 2)
})
