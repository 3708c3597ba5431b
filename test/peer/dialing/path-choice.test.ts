import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { PathChoice } from '../../../src/peer/dialing/path-choice.ts'

const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const HOP = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'

function bench() {
  const clock = new VirtualClock()
  const open = new Set<Connection>()
  const choice = new PathChoice(clock, () => [...open])
  const add = (address: string, streams: string[] = [], limits?: Connection['limits']): Connection => {
    const connection = {
      remotePeer: PEER,
      remoteAddr: multiaddr(address),
      streams: streams.map((protocol) => ({ protocol })),
      limits,
      close: async () => end(connection)
    } as unknown as Connection
    open.add(connection)
    choice.opened(connection)
    return connection
  }
  const end = (connection: Connection): void => {
    open.delete(connection)
    choice.closed(connection)
  }
  const direct = () => add(`/ip4/192.168.1.20/tcp/4001/p2p/${PEER}`)
  const via = (...streams: string[]) => add(`/p2p/${HOP}/p2p-circuit/p2p/${PEER}`, streams, {})
  const relay = (bytes = 131_072n) =>
    add(`/ip4/198.51.100.7/tcp/1/p2p/${HOP}/p2p-circuit/p2p/${PEER}`, [], { bytes })
  return { clock, open, choice, direct, via, relay, end, best: () => choice.best(PEER) }
}

t.test('direct before via before relayed', (t) => {
  const { best, relay, via, direct } = bench()
  t.equal(best(), undefined)
  for (const open of [relay, via, direct]) t.equal(open(), best())
  t.end()
})

t.test('of circuits over relays the newest that is not nearly spent', (t) => {
  const { best, relay, via, end } = bench()
  const spent = relay(10_000n)
  t.equal(best(), spent, 'better than none')
  const first = relay()
  t.equal(best(), first)
  const second = relay()
  t.equal(best(), second)
  end(second)
  relay(1n)
  t.equal(best(), first, 'one that is spent is passed over')
  t.equal(via(), best(), 'one through a neighbour has no end')
  t.end()
})

t.test('a direct path that broke must stand for 5 s, and longer after each break', async (t) => {
  const { clock, best, via, direct, end } = bench()
  const longer = via('/sensor/temp/v1')
  for (const hold of [0, 5_000, 10_000, 20_000, 40_000]) {
    const short = direct()
    if (hold > 0) {
      await clock.advance(hold - 1)
      t.equal(best(), longer)
      await clock.advance(1)
    }
    t.equal(best(), short)
    end(short)
    t.equal(best(), longer)
  }
})

t.test('one that flaps every 5 s is never used, and without a longer one always', async (t) => {
  const { clock, best, via, direct, end } = bench()
  const longer = via('/sensor/temp/v1')
  end(direct())
  end(direct())
  for (let i = 0; i < 100; i++) {
    const flapping = direct()
    await clock.advance(5_000)
    t.equal(best(), longer)
    end(flapping)
    await clock.advance(5_000)
  }
  end(longer)
  const only = direct()
  t.equal(best(), only)
})

t.test('one that stood for 5 min begins anew', async (t) => {
  const { clock, best, via, direct, end } = bench()
  for (let i = 0; i < 10; i++) end(direct())
  const steady = direct()
  await clock.advance(300_000)
  end(steady)
  via('/sensor/temp/v1')
  const again = direct()
  await clock.advance(5_000)
  t.equal(best(), again)
})

t.test('a longer one is closed 30 s after its last stream, but only beside a direct one', async (t) => {
  const { clock, open, via, direct } = bench()
  const used = via('/sensor/temp/v1', '/ipfs/ping/1.0.0')
  direct()
  await clock.advance(120_000)
  t.ok(open.has(used), 'a stream is open')
  used.streams.length = 0
  await clock.advance(25_000)
  t.ok(open.has(used))
  await clock.advance(10_000)
  t.notOk(open.has(used))
  const alone = bench()
  const only = alone.via()
  await alone.clock.advance(600_000)
  t.ok(alone.open.has(only))
})
