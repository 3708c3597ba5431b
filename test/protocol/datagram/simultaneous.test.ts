import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { bytes, PROTOCOL } from '../../support/datagram/pair.ts'
import { DatagramWorld } from '../../support/datagram/world.ts'

t.test('simultaneous open: the stream of the smaller PeerId stays, both flows live', async (t) => {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  world.wire.delay = 20
  const [a, b] = [await world.node('a'), await world.node('b')]
  const heard: string[] = []
  for (const node of [a, b]) {
    node.datagrams.handle(PROTOCOL, (flow) => (datagram) => {
      heard.push(`${node.name}:${Buffer.from(datagram)}`)
      flow.send(bytes('answer'))
    })
  }
  const answers: string[] = []
  const open = (node: typeof a, peer: string): ReturnType<typeof a.datagrams.open> =>
    node.datagrams.open(peer, [PROTOCOL], {
      receive: (datagram) => answers.push(`${node.name}:${Buffer.from(datagram)}`)
    })
  const [ofA, ofB] = await clock.run(Promise.all([open(a, 'b'), open(b, 'a')]))
  t.equal(world.streams.length, 2, 'they crossed')
  const kept = world.streams.filter(([end]) => end.isOpen)
  t.equal(kept.length, 1)
  t.equal(kept[0]?.[0].facts.peer, 'b', 'opened by a, the smaller')
  t.equal(a.datagrams.status().sessions.length, 1)
  t.equal(b.datagrams.status().sessions[0]?.flows, 2)
  const opens = kept[0]?.[1].sent.filter((frame) => frame[0] === 0x03) ?? []
  t.same(
    opens.map((frame) => frame.readUInt16BE(1) % 2),
    [1],
    'b repeated its OPEN as responder, with an odd flow'
  )
  ofA.send(bytes('one'))
  ofB.send(bytes('two'))
  await clock.advance(1000)
  t.same(heard.toSorted(), ['a:two', 'b:one'])
  t.same(answers.toSorted(), ['a:answer', 'b:answer'])
  await a.datagrams.stop()
  await b.datagrams.stop()
})

t.test('a stream that was being opened while the peer’s came is not used', async (t) => {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  const [a, b] = [await world.node('a'), await world.node('b')]
  a.datagrams.handle(PROTOCOL, () => () => {})
  b.datagrams.handle(PROTOCOL, () => () => {})
  const gate = Promise.withResolvers<void>()
  let dials = 0
  world.beforeDial = () => (++dials === 1 ? gate.promise : Promise.resolve())
  const slow = a.datagrams.open('b', [PROTOCOL], { receive: () => {} })
  await clock.run(b.datagrams.open('a', [PROTOCOL], { receive: () => {} }))
  gate.resolve()
  const flow = await clock.run(slow)
  t.equal(flow.ended, undefined)
  t.equal(a.datagrams.status().sessions[0]?.flows, 2)
  t.equal(world.streams.filter(([end]) => end.isOpen).length, 1)
  await a.datagrams.stop()
  await b.datagrams.stop()
})

t.test('a peer that lost its state opens anew: the old session gives way', async (t) => {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  const [a, b] = [await world.node('a'), await world.node('b', { limits: { resume: 100 } })]
  b.datagrams.handle(PROTOCOL, () => () => {})
  a.datagrams.handle(PROTOCOL, () => () => {})
  const old = await clock.run(a.datagrams.open('b', [PROTOCOL], { receive: () => {} }))
  await clock.advance(20_000)
  // b knows nothing of the session any more, and a has not noticed yet.
  for (const end of world.stream) end.filter = () => false
  world.wire.delay = 60_000
  world.stream[1].reset()
  await clock.advance(200)
  world.wire.delay = 1
  t.equal(old.ended, undefined)
  const flow = await clock.run(b.datagrams.open('a', [PROTOCOL], { receive: () => {} }))
  t.equal(flow.ended, undefined)
  await clock.advance(10)
  t.equal(old.ended, 'replaced')
  await a.datagrams.stop()
  await b.datagrams.stop()
})

t.test(
  'a peer that lost its state at once: flows are replaced, however many, and none is forgotten',
  async (t) => {
    const clock = new VirtualClock()
    const world = new DatagramWorld(clock)
    const [a, b] = [await world.node('a', { limits: { resume: 100 } }), await world.node('b')]
    a.datagrams.handle(PROTOCOL, () => () => {})
    b.datagrams.handle(PROTOCOL, () => () => {})
    const ended: string[] = []
    for (let i = 0; i < 12; i++) {
      const flow = await clock.run(b.datagrams.open('a', [PROTOCOL], { receive: () => {} }))
      flow.onEnd((reason) => ended.push(reason))
    }
    // a begins anew, and b has not noticed yet.
    world.wire.delay = 60_000
    world.stream[1].reset()
    await clock.advance(200)
    world.wire.delay = 1
    const flow = await clock.run(a.datagrams.open('b', [PROTOCOL], { receive: () => {} }))
    t.equal(flow.ended, undefined)
    await clock.advance(10)
    t.same(ended, Array(12).fill('replaced'))
    await a.datagrams.stop()
    await b.datagrams.stop()
  }
)
