import type { Connection } from '@libp2p/interface'
import t from 'tap'
import type { Clock } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { RelayRefused } from '../../../src/protocol/relay/index.ts'
import { ReservationKeeper } from '../../../src/protocol/relay/reservation-keeper.ts'
import { limits } from '../../support/relay.ts'

const MINUTE = 60_000
const YEAR = 365 * 86_400_000

class FakeConnection extends EventTarget {
  status = 'open'
  close(): void {
    this.status = 'closed'
    this.dispatchEvent(new Event('close'))
  }
}

/** A keeper of one relay that answers as `relay` says. @param wallClock in place of the virtual one's */
function bench(wallClock?: () => number) {
  const virtual = new VirtualClock()
  const clock: Clock = {
    now: wallClock ?? (() => virtual.now()),
    monotonic: () => virtual.monotonic(),
    after: (ms, fire) => virtual.after(ms, fire),
    sleep: (ms, signal) => virtual.sleep(ms, signal)
  }
  const relay = { away: false, status: 100 }
  const lines: string[] = []
  /** Clock.monotonic() of each dial and of each request. */
  const dials: number[] = []
  const requests: number[] = []
  let connection: FakeConnection | undefined
  const counts: Record<string, number> = {}
  const keeper = new ReservationKeeper({
    label: () => 'den',
    clock,
    log: { ...silentLog, warn: (line) => lines.push(line), info: (line) => lines.push(line) },
    random: () => 1,
    limits,
    async connect() {
      dials.push(virtual.monotonic())
      if (relay.away) throw new Error('connection refused')
      if (connection?.status !== 'open') connection = new FakeConnection()
      return connection as unknown as Connection
    },
    async reserve() {
      requests.push(virtual.monotonic())
      if (relay.status === 0) throw new Error('no answer')
      if (relay.status !== 100) throw new RelayRefused(relay.status)
    },
    count: (event) => {
      counts[event] = (counts[event] ?? 0) + 1
    }
  })
  const killed = (): void => {
    relay.away = true
    connection?.close()
  }
  return { virtual, relay, dials, requests, lines, counts, keeper, killed, cut: () => connection?.close() }
}

for (const [name, wallClock] of [
  ['right', undefined],
  ['at 1970', () => 0],
  ['a year ahead', () => Date.now() + YEAR],
  ['jumping by years', () => (performance.now() % 2 === 0 ? 0 : Date.now() + YEAR)]
] as const)
  t.test(`a reservation is renewed at two thirds of its term, the wall clock ${name}`, async (t) => {
    const { virtual, keeper, requests, dials, counts } = bench(wallClock)
    t.teardown(() => keeper.stop())
    keeper.start()
    await virtual.advance(61 * MINUTE)
    t.strictSame(requests, [0, 20 * MINUTE, 40 * MINUTE, 60 * MINUTE])
    t.equal(dials.length, 1)
    t.strictSame(keeper.state, { held: true })
    t.strictSame(counts, { reserved: 1, renewed: 3 })
  })

t.test('a relay that is away at the start and returns is held within 15 s', async (t) => {
  const { virtual, relay, keeper, dials, lines } = bench()
  t.teardown(() => keeper.stop())
  relay.away = true
  keeper.start()
  await virtual.advance(60 * MINUTE)
  t.strictSame(keeper.state, { held: false, why: 'connection refused' })
  const waits = dials.slice(1).map((at, i) => at - (dials[i] ?? 0))
  t.strictSame(waits.slice(0, 5), [1000, 2000, 4000, 8000, 8000], 'growing waits')
  t.ok(dials.length > 400, 'without end')
  t.equal(lines.length, 1, 'the same reason is said once')
  relay.away = false
  await virtual.advance(15_000)
  t.ok(keeper.state.held)
})

t.test('a relay that is killed and returns is held within 15 s', async (t) => {
  const { virtual, relay, keeper, killed, requests } = bench()
  t.teardown(() => keeper.stop())
  keeper.start()
  for (let round = 1; round <= 3; round++) {
    await virtual.advance(5 * MINUTE)
    killed()
    await virtual.advance(0)
    t.notOk(keeper.state.held, 'it is known at once')
    await virtual.advance(round * MINUTE)
    relay.away = false
    await virtual.advance(15_000)
    t.ok(keeper.state.held)
    t.equal(requests.length, round + 1, 'one request')
  }
})

t.test('a relay that is full has room within 15 s, one that refuses is asked once a minute', async (t) => {
  const { virtual, relay, keeper, requests } = bench()
  t.teardown(() => keeper.stop())
  relay.status = 200
  keeper.start()
  await virtual.advance(10 * MINUTE)
  t.match(keeper.state, { held: false, why: 'it has no room for another reservation' })
  relay.status = 202
  await virtual.advance(10 * MINUTE)
  const before = requests.length
  await virtual.advance(60 * MINUTE)
  t.equal(requests.length - before, 60)
  relay.status = 200
  await virtual.advance(2 * MINUTE)
  relay.status = 100
  await virtual.advance(15_000)
  t.ok(keeper.state.held)
})

t.test(
  'a connection that breaks again and again does not make it ask more than every eight seconds',
  async (t) => {
    const { virtual, keeper, requests, cut, counts } = bench()
    t.teardown(() => keeper.stop())
    keeper.start()
    for (let i = 0; i < 600; i++) {
      await virtual.advance(1000)
      cut()
    }
    t.ok(requests.length < 600 / 8 + 6, `${requests.length} requests in ten minutes`)
    t.ok((counts.lost ?? 0) >= requests.length - 1)
  }
)

t.test('a renewal that is refused loses the reservation at once', async (t) => {
  const { virtual, relay, keeper } = bench()
  t.teardown(() => keeper.stop())
  keeper.start()
  await virtual.advance(19 * MINUTE)
  relay.status = 202
  t.ok(keeper.state.held)
  await virtual.advance(2 * MINUTE)
  t.match(keeper.state, { held: false, why: 'it does not serve this node' })
})

t.test('a renewal without an answer is tried once a minute, and lost only after the term', async (t) => {
  const { virtual, relay, keeper, requests } = bench()
  t.teardown(() => keeper.stop())
  keeper.start()
  await virtual.advance(19 * MINUTE)
  relay.status = 0
  await virtual.advance(10 * MINUTE)
  t.ok(keeper.state.held)
  t.equal(requests.length, 11, 'the first one, and ten renewals')
  await virtual.advance(2 * MINUTE)
  t.match(keeper.state, { held: false, why: 'no answer' })
  relay.status = 100
  await virtual.advance(15_000)
  t.ok(keeper.state.held)
})

t.test('it ends when the node stops', async (t) => {
  const { virtual, keeper, dials, relay } = bench()
  relay.away = true
  keeper.start()
  await virtual.advance(1000)
  keeper.stop()
  const before = dials.length
  await virtual.advance(60 * MINUTE)
  t.equal(dials.length, before)
})
