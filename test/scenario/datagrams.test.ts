import t, { type Test } from 'tap'
import type { AskRequest, PingReply, SeriesView } from '../../src/node/api/operations.ts'
import { all, codeOf, type House, type HouseNode, houseFor } from '../support/scenario/house.ts'

const signal = (): AbortSignal => new AbortController().signal
/** Hears no gossip: what it knows it has asked for. */
const DEAF = 'forward: false'

interface Household {
  readonly house: House
  readonly hall: HouseNode
  readonly desk: HouseNode
  ask(request: AskRequest): Promise<SeriesView[]>
  ping(by: PingReply['by'] | 'auto'): Promise<PingReply[]>
}

function hasReceived(node: HouseNode, gauges: readonly string[]): boolean {
  const series = new Set(node.received.map((reading) => reading.series))
  return gauges.every((gauge) => series.has(node.series(gauge)))
}

async function household(t: Test, gauges: readonly string[], hallConfig = ''): Promise<Household> {
  const house = houseFor(t)
  const hall = await house.start('hall', { gauges, config: hallConfig })
  const desk = await house.start('desk', { config: DEAF })
  await house.link(desk, hall)
  await house.until(() => hasReceived(hall, gauges))
  return {
    house,
    hall,
    desk,
    ask: (request) => house.while(desk.operations.ask(request, signal())),
    ping: (by) => house.while(all(desk.operations.ping({ who: 'hall', count: 2, by }, signal())))
  }
}

/** Datagrams a node has sent so far. */
async function sent(node: HouseNode): Promise<number> {
  const { counters } = await node.operations.status()
  return (counters['datagram.sent-udp'] ?? 0) + (counters['datagram.sent-stream'] ?? 0)
}

t.test('ask: the fastest way that works, or the one that is forced', async (t) => {
  const { hall, desk, ask } = await household(t, ['air'])
  const [first] = await ask({ who: 'hall', by: 'datagram' })
  t.match(first, { who: 'hall', series: 'air/temperature', signed: true, door: 'datagram' })
  t.equal(await sent(desk), 1, 'one packet each way')
  t.equal(await sent(hall), 1)
  await ask({ who: 'hall' })
  t.equal(await sent(desk), 2, 'by datagram by default')
  await ask({ who: 'hall', by: 'stream' })
  t.equal(await sent(desk), 2)
})

t.test('ask: many sensors in few packets', async (t) => {
  const gauges = Array.from({ length: 6 }, (_, i) => `room-${i}`)
  const { desk, ask } = await household(t, gauges)
  t.equal((await ask({ who: 'hall', by: 'datagram' })).length, 6)
  t.equal(await sent(desk), 1, 'one packet asks for all of them')
  t.equal((await ask({ who: 'hall', what: 'room-3', by: 'datagram' })).length, 1)
  t.equal(await sent(desk), 2)
})

t.test('ask: what fits no datagram comes by stream, unless datagrams are forced', async (t) => {
  const house = houseFor(t)
  const hall = await house.start('hall', { gauges: ['a-room-with-a-rather-long-name'] })
  const desk = await house.start('desk', { config: `${DEAF}\ndatagrams: { maxPayload: 256B }` })
  await house.link(desk, hall)
  await house.until(() => hall.received.length > 0)
  const ask = (request: AskRequest): Promise<SeriesView[]> =>
    house.while(desk.operations.ask(request, signal()))
  t.match(await ask({ who: 'hall' }), [{ who: 'hall', door: 'read' }])
  t.equal(await codeOf(ask({ who: 'hall', by: 'datagram' })), 'too-big')
})

t.test('"who measures temperature here?" is one datagram to each who lists it', async (t) => {
  const { house, hall, desk, ask } = await household(t, ['air'])
  const attic = await house.start('attic', { gauges: ['roof'], config: 'datagrams: { enabled: false }' })
  await house.link(desk, attic)
  await house.until(() => attic.received.length > 0)
  const views = await ask({ who: 'temperature' })
  t.strictSame(
    views.map(({ who, series, door }) => [who, series, door]),
    [
      ['attic', 'roof/temperature', 'read'],
      ['hall', 'air/temperature', 'datagram']
    ]
  )
  t.equal(await sent(desk), 1)
  t.equal(await sent(hall), 1)
})

t.test('ask: who may not ask is denied by datagram as by stream', async (t) => {
  const house = houseFor(t)
  const desk = await house.start('desk', { config: DEAF })
  const hall = await house.start('hall', { gauges: ['air'], config: `deny: [${desk.peer}]` })
  await house.link(desk, hall)
  for (const by of ['auto', 'datagram', 'stream'] as const) {
    const asked = house.while(desk.operations.ask({ who: hall.peer, by }, signal()))
    t.equal(await codeOf(asked), 'denied', by)
  }
  const pings = house.while(all(desk.operations.ping({ who: hall.peer, count: 1, by: 'datagram' }, signal())))
  t.equal(await codeOf(pings), 'datagram-refused')
  const voice = '/voice/pcm/v1'
  const theirs = hall.running.assembled.datagrams
  const open = (): Promise<unknown> =>
    house.while(desk.running.assembled.datagrams.open(hall.peer, [voice], { receive: () => {} }))
  theirs.handle(voice, () => () => {})
  t.equal(await codeOf(open()), 'datagram-refused')
  theirs.handle(voice, () => () => {}, { anyone: true })
  t.equal(await codeOf(open()), 'datagram-refused', 'anyone is not who is denied')
})

t.test('datagrams switched off on either side', async (t) => {
  const { house, hall, desk, ask } = await household(t, ['air'], 'datagrams: { enabled: false }')
  t.equal((await ask({ who: 'hall' })).length, 1, 'streams do')
  t.equal(await codeOf(ask({ who: 'hall', by: 'datagram' })), 'unreachable')
  t.equal(await sent(desk), 0)
  const forced = house.while(hall.operations.ask({ who: desk.peer, by: 'datagram' }, signal()))
  t.equal(await codeOf(forced), 'unsupported')
  t.notOk(Object.keys((await hall.operations.status()).counters).some((name) => name.startsWith('datagram.')))
})

t.test('ping: by datagram, by stream, by what is fastest', async (t) => {
  const { hall, ping } = await household(t, [])
  t.match(await ping('datagram'), [
    { who: 'hall', n: 1, by: 'datagram', rtt: Number },
    { n: 2, by: 'datagram' }
  ])
  t.equal(await sent(hall), 2)
  t.match(await ping('auto'), [{ by: 'datagram', rtt: Number }, { by: 'datagram' }])
  t.match(await ping('stream'), [{ by: 'stream', rtt: Number }, { by: 'stream' }])
  t.equal(await sent(hall), 4)
})

t.test('status counts every reason of a drop', async (t) => {
  const { desk } = await household(t, [])
  const { counters } = await desk.operations.status()
  const reasons = ['length', 'unknown-cid', 'source', 'replay', 'forged', 'rate', 'ring-full', 'receiver']
  for (const reason of reasons) t.equal(counters[`datagram.dropped-${reason}`], 0, reason)
})

t.test('a protocol of an application, by the book’s names', async (t) => {
  const { house, hall, desk } = await household(t, [])
  const far = hall.running.assembled.datagrams
  const near = desk.running.assembled.datagrams
  far.handle('/voice/pcm/v1', (flow) => (bytes) => flow.send(bytes))
  const heard: string[] = []
  const receive = (bytes: Uint8Array): void => void heard.push(Buffer.from(bytes).toString())
  const flow = await house.while(near.open('hall', ['/voice/pcm/v2', '/voice/pcm/v1'], { receive }))
  t.equal(flow.protocol, '/voice/pcm/v1', 'the newest that both speak')
  flow.send(Buffer.from('hello'))
  await house.until(() => heard.length > 0)
  t.strictSame(heard, ['hello'])
  const lost: string[] = []
  flow.onEnd((reason) => lost.push(reason))
  await house.stop(hall)
  await house.until(() => lost.length > 0)
  t.equal(flow.send(Buffer.from('anybody?')), false)
  t.equal(await codeOf(house.while(near.open('cellar', ['/voice/pcm/v1'], { receive }))), 'nobody-found')
})
