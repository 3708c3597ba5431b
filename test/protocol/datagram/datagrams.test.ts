import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { DatagramFlow } from '../../../src/protocol/datagram/flow.ts'
import { bytes, PROTOCOL, pair, stop, udpPair } from '../../support/datagram/pair.ts'
import { DatagramWorld, drops } from '../../support/datagram/world.ts'

const receive = (): void => {}

t.test('negotiation: the opener’s first that the peer handles', async (t) => {
  const made = await pair()
  const names: string[] = []
  made.b.datagrams.handle('/x/v1', (flow) => {
    names.push(flow.protocol)
    return receive
  })
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/x/v3', '/x/v2', '/x/v1'], { receive }))
  t.equal(flow.protocol, '/x/v1')
  t.same(names, ['/x/v1'])
  t.equal(flow.peer, 'b')
  t.equal(flow.maxSize, 1168)
  await stop(made)
})

t.test('refused: a name without a handler, and one whose handler refuses', async (t) => {
  const made = await pair()
  made.b.datagrams.handle('/denied/v1', () => undefined)
  made.b.datagrams.handle('/fails/v1', () => {
    throw new Error('no')
  })
  for (const name of ['/unknown/v1', '/denied/v1', '/fails/v1']) {
    await t.rejects(made.clock.run(made.a.datagrams.open('b', [name], { receive })), {
      code: 'datagram-refused'
    })
  }
  made.b.datagrams.unhandle(PROTOCOL)
  await t.rejects(made.clock.run(made.a.datagrams.open('b', [PROTOCOL], { receive })), {
    code: 'datagram-refused'
  })
  t.equal(made.far.ended, undefined, 'an open flow stays')
  t.equal(made.a.datagrams.status().sessions[0]?.flows, 1, 'nothing leaks')
  t.equal(made.b.datagrams.status().sessions[0]?.flows, 1)
  await t.rejects(made.a.datagrams.open('b', [], { receive }), { code: 'datagram-names' })
  await stop(made)
})

t.test('HELLO, OPEN and DATA in one flight: an answer after one round trip', async (t) => {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  world.wire.delay = 50
  const [a, b] = [await world.node('a'), await world.node('b')]
  b.datagrams.handle(PROTOCOL, (flow) => (datagram) => flow.send(datagram))
  const answers: number[] = []
  const began = clock.monotonic()
  const receive = (): number => answers.push(clock.monotonic() - began)
  const flow = await a.datagrams.open('b', [PROTOCOL], { receive, early: true })
  t.equal(flow.maxSize, 256, 'what every peer takes')
  flow.send(bytes('early'))
  await clock.advance(200)
  t.same(answers, [100])
  t.equal(flow.maxSize, 1168)
  await a.datagrams.stop()
  await b.datagrams.stop()
})

t.test('early, and refused: reported by onEnd', async (t) => {
  const made = await pair()
  const flow = await made.a.datagrams.open('b', ['/unknown/v1'], { receive, early: true })
  const reasons: string[] = []
  flow.onEnd((reason) => reasons.push(reason))
  flow.send(bytes('x'))
  await made.clock.advance(10)
  t.same(reasons, ['refused'])
  t.equal(flow.send(bytes('x')), false)
  flow.onEnd((reason) => reasons.push(reason))
  t.same(reasons, ['refused', 'refused'], 'also when it has ended already')
  t.equal(drops(made.b, 'stream-unknown-flow'), 1)
  await stop(made)
})

t.test('close, from either side and from both at once', async (t) => {
  const made = await udpPair()
  const { clock, near, far } = made
  near.close()
  t.equal(near.ended, 'closed')
  await clock.advance(10)
  t.equal(far.ended, 'closed-by-peer')
  t.equal(far.send(bytes('x')), false)
  const again = await clock.run(made.a.datagrams.open('b', [PROTOCOL], { receive }))
  const other = [...made.b.datagrams.status().sessions]
  t.equal(other[0]?.flows, 1)
  again.close()
  again.close()
  await clock.advance(10)
  t.equal(made.a.datagrams.status().sessions[0]?.flows, 0)
  t.equal(made.b.datagrams.status().sessions[0]?.flows, 0)
  await stop(made)
})

t.test('closed or aborted before the peer has answered', async (t) => {
  const made = await pair({ wire: { delay: 30 } })
  const flow = await made.a.datagrams.open('b', [PROTOCOL], { receive, early: true })
  flow.close()
  const controller = new AbortController()
  const open = made.a.datagrams.open('b', [PROTOCOL], { receive, signal: controller.signal })
  controller.abort(new Error('enough'))
  await t.rejects(open, { message: 'enough' })
  await made.clock.advance(1000)
  t.equal(made.a.datagrams.status().sessions[0]?.flows, 1)
  t.equal(made.b.datagrams.status().sessions[0]?.flows, 1)
  t.equal(drops(made.a, 'bad-frame') + drops(made.b, 'bad-frame'), 0, 'crossing frames are in order')
  await stop(made)
})

t.test('no fragmentation: too much throws, at the very limit it arrives', async (t) => {
  const made = await udpPair()
  t.throws(() => made.near.send(Buffer.alloc(1169)), { code: 'datagram-too-big' })
  t.equal(made.near.send(Buffer.alloc(1168, 'x')), true)
  t.equal(made.near.send(Buffer.alloc(0)), true)
  await made.clock.advance(10)
  t.same(
    made.atB.map((text) => text.length),
    [1168, 0]
  )
  await stop(made)
  const small = await udpPair({ b: { limits: { maxPayload: 300 } } })
  t.equal(small.near.maxSize, 300)
  t.equal(small.far.maxSize, 1168)
  t.throws(() => small.near.send(Buffer.alloc(301)), { code: 'datagram-too-big' })
  await stop(small)
})

t.test('flows exhausted: 32 a session, 8 of them pending', async (t) => {
  const made = await pair()
  const { clock, a, b } = made
  const flows: DatagramFlow[] = [made.near]
  for (let i = 0; i < 7; i++) flows.push(await a.datagrams.open('b', [PROTOCOL], { receive, early: true }))
  flows.push(await a.datagrams.open('b', [PROTOCOL], { receive, early: true }))
  await t.rejects(a.datagrams.open('b', [PROTOCOL], { receive, early: true }), { code: 'datagram-flows' })
  await clock.advance(10)
  while (flows.length < 32) flows.push(await clock.run(a.datagrams.open('b', [PROTOCOL], { receive })))
  await t.rejects(clock.run(a.datagrams.open('b', [PROTOCOL], { receive })), { code: 'datagram-flows' })
  t.equal(b.datagrams.status().sessions[0]?.flows, 32)
  for (const flow of flows) flow.close()
  await clock.advance(10)
  t.equal(b.datagrams.status().sessions[0]?.flows, 0)
  const more = await clock.run(a.datagrams.open('b', [PROTOCOL], { receive }))
  t.equal(more.ended, undefined)
  await stop(made)
})

t.test('a peer that opens too many flows is refused these', async (t) => {
  const made = await pair({ b: { limits: { flows: 2 } } })
  await made.clock.run(made.a.datagrams.open('b', [PROTOCOL], { receive }))
  await t.rejects(made.clock.run(made.a.datagrams.open('b', [PROTOCOL], { receive })), {
    code: 'datagram-refused'
  })
  t.equal(drops(made.b, 'flows'), 1)
  await stop(made)
})

t.test('sessions exhausted: the idle give way, those in use stay', async (t) => {
  const made = await pair({ b: { limits: { sessions: 2 } } })
  const { clock, world, b } = made
  const [c, d] = [await world.node('c'), await world.node('d')]
  await clock.advance(10)
  const ofC = await clock.run(c.datagrams.open('b', [PROTOCOL], { receive }))
  await t.rejects(clock.run(d.datagrams.open('b', [PROTOCOL], { receive })), { code: 'datagram-lost' })
  t.equal(drops(b, 'sessions'), 1)
  t.equal(made.near.ended, undefined)
  ofC.close()
  await clock.advance(10)
  const ofD = await clock.run(d.datagrams.open('b', [PROTOCOL], { receive }))
  t.equal(ofD.ended, undefined)
  t.same(
    b.datagrams.status().sessions.map(({ peer }) => peer),
    ['a', 'd']
  )
  await c.datagrams.stop()
  await d.datagrams.stop()
  await stop(made)
})

t.test(
  'strangers hold all sessions with silent flows: a peer of the book gets the place of one',
  async (t) => {
    const made = await pair({ b: { limits: { sessions: 2 }, book: ['a', 'c'] } })
    const { clock, world, near } = made
    const [c, d, e] = [await world.node('c'), await world.node('d'), await world.node('e')]
    const ofD = await clock.run(d.datagrams.open('b', [PROTOCOL], { receive }))
    await t.rejects(clock.run(e.datagrams.open('b', [PROTOCOL], { receive })), { code: 'datagram-lost' })
    const ofC = await clock.run(c.datagrams.open('b', [PROTOCOL], { receive }))
    await clock.advance(60_000)
    t.same([near.ended, ofC.ended, ofD.ended], [undefined, undefined, 'lost'])
    for (const one of [c, d, e]) await one.datagrams.stop()
    await stop(made)
  }
)

t.test('flow ids are used up: the session is replaced once it has no flows', async (t) => {
  const made = await pair()
  const { clock, a } = made
  const [near] = made.world.stream
  made.near.close()
  for (let id = 4; id <= 65534; id += 2) {
    const flow = await a.datagrams.open('b', ['/unknown/v1'], { receive, early: true })
    flow.close()
    if (id % 16 === 0) await clock.advance(3)
  }
  t.equal(near.isOpen, true)
  const flow = await clock.run(a.datagrams.open('b', [PROTOCOL], { receive }))
  t.equal(flow.ended, undefined)
  t.equal(near.isOpen, false)
  await stop(made)
})

t.test('rate: what is over it is dropped, never queued; loss halves it', async (t) => {
  const near = await udpPair()
  let sent = 0
  for (let i = 0; i < 100; i++) if (near.near.send(bytes('x'))) sent++
  t.equal(sent, 64, 'the burst on one’s own subnet')
  t.equal(drops(near.a, 'rate'), 36)
  await stop(near)

  const far = await udpPair({
    wire: { onLink: false, delay: 50 },
    weather: { loss: 0, duplication: 0, delay: 50, jitter: 0 }
  })
  await far.clock.advance(10_000)
  sent = 0
  for (let i = 0; i < 1000; i++) {
    if (far.near.send(bytes('x'))) sent++
    await far.clock.advance(10)
  }
  t.ok(sent >= 105 && sent <= 115, `${sent} in 10 s: a burst of 10, then one a round trip of 100 ms`)
  far.world.network.weather = { loss: 0.5, duplication: 0, delay: 50, jitter: 0 }
  for (let i = 0; i < 100; i++) {
    far.near.send(bytes('x'))
    await far.clock.advance(100)
  }
  sent = 0
  for (let i = 0; i < 1000; i++) {
    if (far.near.send(bytes('x'))) sent++
    await far.clock.advance(10)
  }
  t.ok(sent >= 45 && sent <= 70, `${sent} in 10 s after reports of 50 % loss`)
  await stop(far)
})

t.test('stop: flows end, ports and timers are given back, open says so', async (t) => {
  const made = await udpPair()
  const reasons: string[] = []
  made.near.onEnd((reason) => reasons.push(reason))
  made.far.onEnd((reason) => reasons.push(reason))
  await made.a.datagrams.stop()
  await made.clock.advance(10)
  t.same(reasons, ['stopped', 'closed-by-peer'])
  await t.rejects(made.a.datagrams.open('b', [PROTOCOL], { receive }), { code: 'datagram-stopped' })
  t.same(made.a.datagrams.status().ports, { 4: 0, 6: 0 })
  await made.b.datagrams.stop()
  await made.clock.advance(20)
  t.equal(made.clock.pending, 0, 'no timer is left')
})

t.test('ports: a fixed one that is taken is an error, TCP’s number is only a wish', async (t) => {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  await world.node('a', { port: 4001 })
  await t.rejects(world.node('b', { address: '10.0.0.1', port: 4001 }), { code: 'port-in-use' })
})

t.test('a machine that grants no UDP: streams carry, and a line is logged', async (t) => {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  const denied = new NodeError('not-permitted', 'UDP port may not be bound by this user')
  const b = await world.node('b')
  b.datagrams.handle(PROTOCOL, (flow) => (datagram) => flow.send(datagram))
  const a = await world.node('a', { sockets: { bind: () => Promise.reject(denied) }, port: 'tcp' })
  t.same(a.datagrams.status().ports, { 4: 0, 6: 0 })
  t.match(a.lines.join('\n'), /no UDP, streams carry the datagrams/)
  const heard: string[] = []
  const receive = (datagram: Uint8Array): number => heard.push(Buffer.from(datagram).toString())
  const flow = await clock.run(a.datagrams.open('b', [PROTOCOL], { receive }))
  flow.send(bytes('x'))
  await clock.advance(1000)
  t.same(heard, ['x'])
  t.equal(flow.carrier, 'stream')
  await a.datagrams.stop()
  await b.datagrams.stop()
})
