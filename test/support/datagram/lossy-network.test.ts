import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { datagramSocketConformance } from '../../conformance/datagram-socket.ts'
import { FAIR_WEATHER, LossyNetwork, type Weather } from './lossy-network.ts'

datagramSocketConformance(t, () => {
  const clock = new VirtualClock()
  const network = new LossyNetwork(clock, 1)
  const hosts = ['10.0.0.1', '10.0.0.2'] as const
  const sockets = [network.host(hosts[0]), network.host(hosts[1])] as const
  return { sockets, hosts, family: 4, settle: () => clock.advance(100) }
})

/** What arrives of 1,000 numbered datagrams. */
async function arrivals(seed: number, weather: Weather): Promise<number[]> {
  const clock = new VirtualClock()
  const network = new LossyNetwork(clock, seed, weather)
  const received: number[] = []
  const onError = (): void => {}
  const from = await network.host('a').bind({ family: 4, port: 1, onMessage: () => {}, onError })
  await network
    .host('b')
    .bind({ family: 4, port: 2, onError, onMessage: (bytes) => received.push(bytes.readUInt32BE(0)) })
  for (let i = 0; i < 1000; i++) {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(i)
    from.send(bytes, 2, 'b')
  }
  await clock.advance(1000)
  return received
}

t.test('loss, duplication and reorder come as often as asked, and again from the same seed', async (t) => {
  const lost = await arrivals(1, { ...FAIR_WEATHER, loss: 0.3 })
  t.ok(lost.length > 650 && lost.length < 750, `${lost.length} of 1000`)
  const doubled = await arrivals(1, { ...FAIR_WEATHER, duplication: 0.2 })
  t.ok(doubled.length > 1150 && doubled.length < 1250, `${doubled.length} of 1000`)
  const shuffled = await arrivals(1, { ...FAIR_WEATHER, jitter: 50 })
  t.equal(new Set(shuffled).size, 1000)
  t.notSame(
    shuffled,
    shuffled.toSorted((one, other) => one - other)
  )
  t.same(await arrivals(1, { ...FAIR_WEATHER, jitter: 50 }), shuffled)
  t.notSame(await arrivals(2, { ...FAIR_WEATHER, jitter: 50 }), shuffled)
})

t.test('a rebound port: the old one is deaf, the new one is heard from and reaches the socket', async (t) => {
  const clock = new VirtualClock()
  const network = new LossyNetwork(clock, 1)
  const heard: [string, number][] = []
  const onError = (): void => {}
  const near = await network
    .host('a')
    .bind({ family: 4, port: 5, onError, onMessage: (bytes) => heard.push([bytes.toString(), 0]) })
  const far = await network.host('b').bind({
    family: 4,
    port: 6,
    onError,
    onMessage: (bytes, { port }) => heard.push([bytes.toString(), port])
  })
  const outer = network.host('a').rebind(5)
  near.send(Buffer.from('out'), 6, 'b')
  far.send(Buffer.from('old'), 5, 'a')
  far.send(Buffer.from('new'), outer, 'a')
  await clock.advance(10)
  t.same(heard, [
    ['out', outer],
    ['new', 0]
  ])
  const next = network.host('a').rebind(5)
  far.send(Buffer.from('stale'), outer, 'a')
  far.send(Buffer.from('newest'), next, 'a')
  await clock.advance(10)
  t.same(heard.at(-1), ['newest', 0])
  t.equal(heard.length, 3)
})

t.test('blocked: nothing in, nothing out', async (t) => {
  const clock = new VirtualClock()
  const network = new LossyNetwork(clock, 1)
  const heard: string[] = []
  const onError = (): void => {}
  const onMessage = (bytes: Buffer): number => heard.push(bytes.toString())
  const near = await network.host('a').bind({ family: 4, port: 1, onMessage, onError })
  const far = await network.host('b').bind({ family: 4, port: 1, onMessage, onError })
  network.host('a').blocked = true
  near.send(Buffer.from('out'), 1, 'b')
  far.send(Buffer.from('in'), 1, 'a')
  await clock.advance(10)
  t.same(heard, [])
  network.host('a').blocked = false
  near.send(Buffer.from('out'), 1, 'b')
  await clock.advance(10)
  t.same(heard, ['out'])
})

t.test('a network that is full drops', async (t) => {
  const clock = new VirtualClock()
  const network = new LossyNetwork(clock, 1, FAIR_WEATHER, 10)
  let heard = 0
  const onError = (): void => {}
  const near = await network.host('a').bind({ family: 4, port: 1, onMessage: () => {}, onError })
  await network.host('b').bind({ family: 4, port: 1, onMessage: () => heard++, onError })
  for (let i = 0; i < 100; i++) near.send(Buffer.alloc(1), 1, 'b')
  await clock.advance(10)
  t.equal(heard, 10)
})

t.test('an address has one family', async (t) => {
  const network = new LossyNetwork(new VirtualClock(), 1)
  const options = { port: 0, onMessage: () => {}, onError: () => {} }
  await t.rejects(network.host('10.0.0.1').bind({ ...options, family: 6 }), { code: 'family-unsupported' })
  await t.rejects(network.host('fd00::1').bind({ ...options, family: 4 }), { code: 'family-unsupported' })
})
