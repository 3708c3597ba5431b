import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { encodeGreeting } from '../../../src/protocol/datagram/frame.ts'
import { deriveKeys } from '../../../src/protocol/datagram/keys.ts'
import { Opener, Sealer } from '../../../src/protocol/datagram/packet.ts'
import { encodeProbe } from '../../../src/protocol/datagram/probe.ts'
import type { TestControlStream } from '../../support/datagram-control-pair.ts'
import { bytes, lastPassage, PROTOCOL, pair, stop, udpPair } from '../../support/datagram-pair.ts'
import { DatagramWorld, drops, multihashOf, type TestNode } from '../../support/datagram-world.ts'

t.test('bit flips, truncations and 1201 bytes are dropped and answered with nothing', async (t) => {
  const made = await udpPair()
  const { clock, world, near, b, atB } = made
  const weather = world.network.weather
  world.network.weather = { ...weather, loss: 1 }
  near.send(bytes('21.5'))
  world.network.weather = weather
  const packet = lastPassage(made, '10.0.0.1', '10.0.0.2')
  const answered = world.passages.filter(({ from }) => from === '10.0.0.2').length
  for (let bit = 0; bit < packet.bytes.length * 8; bit += 3) {
    const flipped = Buffer.from(packet.bytes)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    world.network.inject({ ...packet, bytes: flipped })
  }
  for (let length = 0; length < packet.bytes.length; length++) {
    world.network.inject({ ...packet, bytes: packet.bytes.subarray(0, length) })
  }
  world.network.inject({
    ...packet,
    bytes: Buffer.concat([packet.bytes, Buffer.alloc(1201 - packet.bytes.length)])
  })
  await clock.advance(10)
  t.same(atB, [])
  world.network.inject(packet)
  await clock.advance(10)
  t.same(atB, ['21.5'], 'only the packet itself was delivered')
  t.equal(world.passages.filter(({ from }) => from === '10.0.0.2').length, answered, 'no byte was sent')
  t.equal(drops(b, 'length'), 33, 'lengths 0 to 31, and 1201')
  t.ok(drops(b, 'unknown-cid') > 15)
  t.ok(drops(b, 'forged') > 50)
  near.send(bytes('22'))
  await clock.advance(10)
  t.same(atB, ['21.5', '22'], 'the forgeries moved no window')
  await stop(made)
})

t.test('replay: a packet is delivered once', async (t) => {
  const made = await udpPair()
  const { clock, world, near, b, atB } = made
  near.send(bytes('once'))
  const packet = lastPassage(made, '10.0.0.1', '10.0.0.2')
  for (let i = 0; i < 10; i++) world.network.inject(packet)
  await clock.advance(10)
  t.same(atB, ['once'])
  t.equal(drops(b, 'replay'), 10)
  await stop(made)
})

t.test('reorder and duplicates: everything once, in whatever order', async (t) => {
  const weather = { loss: 0, duplication: 0.5, delay: 5, jitter: 40 }
  const made = await udpPair({ weather, a: { limits: { onLinkRate: { perSecond: 1000, burst: 400 } } } })
  const sent = Array.from({ length: 300 }, (_, i) => `${i}`)
  for (const text of sent) made.near.send(bytes(text))
  await made.clock.advance(200)
  t.not(made.atB.join(), sent.join(), 'they overtook each other')
  t.same(new Set(made.atB), new Set(sent))
  t.equal(made.atB.length, sent.length)
  t.ok(drops(made.b, 'replay') > 50)
  await stop(made)
})

t.test('reflection: a packet sent back to its sender is not its own', async (t) => {
  const made = await udpPair()
  const { clock, world, near, far, a, atA } = made
  near.send(bytes('echo'))
  far.send(bytes('other'))
  const sent = lastPassage(made, '10.0.0.1', '10.0.0.2')
  const received = lastPassage(made, '10.0.0.2', '10.0.0.1')
  await clock.advance(10)
  atA.length = 0
  const back = { from: sent.to, fromPort: sent.toPort, to: sent.from, toPort: sent.fromPort }
  world.network.inject({ ...back, bytes: sent.bytes })
  // With the connection id a listens to, and a number not seen before.
  const dressed = Buffer.concat([received.bytes.subarray(0, 8), sent.bytes.subarray(8)])
  dressed.writeUIntBE(900, 8, 6)
  world.network.inject({ ...back, bytes: dressed })
  await clock.advance(10)
  t.same(atA, [])
  t.equal(drops(a, 'unknown-cid'), 1)
  t.equal(drops(a, 'forged'), 1)
  await stop(made)
})

t.test('splicing: a packet of one session or flow is worth nothing in another', async (t) => {
  const made = await udpPair()
  const { clock, world, near, b, atB } = made
  const c = await world.node('c')
  const other = await clock.run(c.datagrams.open('b', [PROTOCOL], { receive: () => {} }))
  other.send(bytes('x'))
  await clock.advance(1000)
  atB.length = 0
  near.send(bytes('from a'))
  other.send(bytes('from c'))
  await clock.advance(10)
  t.same(atB, ['from a', 'from c'])
  const ofA = lastPassage(made, '10.0.0.1', '10.0.0.2')
  const ofC = lastPassage(made, '10.0.0.3', '10.0.0.2')
  atB.length = 0
  world.network.inject({ ...ofC, bytes: ofA.bytes })
  t.equal(drops(b, 'source'), 0)
  world.network.inject({
    ...ofC,
    bytes: Buffer.concat([
      ofC.bytes.subarray(0, 8),
      Buffer.from('000000000399', 'hex'),
      ofA.bytes.subarray(14)
    ])
  })
  // The flow is encrypted: changing it is a forgery.
  const otherFlow = Buffer.from(ofA.bytes)
  otherFlow.writeUIntBE(901, 8, 6)
  otherFlow[15] = (otherFlow[15] ?? 0) ^ 6
  world.network.inject({ ...ofA, bytes: otherFlow })
  await clock.advance(10)
  t.same(atB, [])
  t.equal(drops(b, 'source'), 1, 'of a, but from c’s address')
  t.equal(drops(b, 'forged'), 2)
  await c.datagrams.stop()
  await stop(made)
})

t.test('spoofed source address: dropped, and nobody there is sent anything', async (t) => {
  const made = await udpPair()
  const { clock, world, near, b, atB } = made
  world.network.weather = { loss: 1, duplication: 0, delay: 1, jitter: 0 }
  near.send(bytes('held back'))
  const packet = lastPassage(made, '10.0.0.1', '10.0.0.2')
  world.network.weather = { loss: 0, duplication: 0, delay: 1, jitter: 0 }
  world.network.inject({ ...packet, from: '10.0.0.9' })
  await clock.advance(10)
  t.same(atB, [])
  t.equal(drops(b, 'source'), 1)
  t.notOk(world.passages.some(({ to }) => to === '10.0.0.9'))
  world.network.inject(packet)
  await clock.advance(10)
  t.same(atB, ['held back'], 'the spoofed copy did not use up the packet')
  await stop(made)
})

t.test(
  'spoofed port: a replay moves nothing, a captured packet only probes, the old port stays',
  async (t) => {
    const made = await udpPair()
    const { clock, world, near, far, atA, b } = made
    near.send(bytes('seen'))
    await clock.advance(10)
    const seen = lastPassage(made, '10.0.0.1', '10.0.0.2')
    world.network.inject({ ...seen, fromPort: 6666 })
    await clock.advance(10)
    t.equal(drops(b, 'replay'), 1)
    t.notOk(
      world.passages.some(({ toPort }) => toPort === 6666),
      'a replay has no effect'
    )

    world.network.weather = { loss: 1, duplication: 0, delay: 1, jitter: 0 }
    near.send(bytes('captured'))
    const captured = lastPassage(made, '10.0.0.1', '10.0.0.2')
    world.network.weather = { loss: 0, duplication: 0, delay: 1, jitter: 0 }
    world.network.inject({ ...captured, fromPort: 6666 })
    await clock.advance(10)
    far.send(bytes('still here'))
    await clock.advance(10_000)
    t.same(atA, ['still here'], 'the old port is kept')
    const there = world.passages.filter(({ toPort }) => toPort === 6666)
    t.equal(there.length, 3, 'three probes went to the new one')
    t.ok(there.every(({ bytes }) => bytes.length === 1200))
    await stop(made)
  }
)

t.test('port rebinding: the flow follows its peer to the port that answers', async (t) => {
  const made = await udpPair()
  const { clock, world, a, near, far, atA, atB } = made
  const outer = a.host.rebind(4001)
  near.send(bytes('from a new port'))
  await clock.advance(50)
  far.send(bytes('to the new port'))
  await clock.advance(50)
  t.same(atB, ['from a new port'])
  t.same(atA, ['to the new port'])
  t.equal(lastPassage(made, '10.0.0.2', '10.0.0.1').toPort, outer)
  t.equal(far.carrier, 'udp')
  t.ok(world.passages.length > 0)
  await stop(made)
})

/** A peer made by hand: it speaks HELLO to b, and knows the keys. */
async function stranger(
  world: DatagramWorld,
  clock: VirtualClock,
  udpPort: number
): Promise<{
  stream: TestControlStream
  seal: (flow: number, payload: Buffer) => Buffer
  open: (packet: Buffer) => Buffer | undefined
}> {
  const stream = world.open('s', 'b')
  const frames: Buffer[] = []
  stream.listen({ frame: (frame) => frames.push(frame), drain: () => {}, ended: () => {} })
  const secret = Buffer.alloc(32, 7)
  const hello = encodeGreeting('hello', { secret, cid: Buffer.alloc(8, 9), udpPort, maxPayload: 1168 })
  stream.send(hello.bytes)
  await clock.advance(10)
  const accept = frames[0] ?? Buffer.alloc(46)
  const keys = deriveKeys({
    initiator: multihashOf('s'),
    responder: multihashOf('b'),
    first: hello.bytes,
    second: accept,
    initiatorSecret: secret,
    responderSecret: accept.subarray(2, 34)
  })
  const sealer = new Sealer(keys.initiatorToResponder, accept.subarray(34, 42))
  const opener = new Opener(keys.responderToInitiator)
  return {
    stream,
    seal: (flow, payload) => Buffer.from(sealer.seal(flow, payload)),
    open: (packet) => opener.open(packet)
  }
}

async function strangerWorld(): Promise<{
  clock: VirtualClock
  world: DatagramWorld
  b: TestNode
  inject: (packet: Buffer, port?: number) => void
}> {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  await world.node('s')
  const b = await world.node('b')
  const inject = (packet: Buffer, fromPort = 5000): void =>
    world.network.inject({ bytes: packet, from: '10.0.0.1', fromPort, to: '10.0.0.2', toPort: 4001 })
  return { clock, world, b, inject }
}

t.test('probe tokens: forged, stale and foreign ones prove nothing', async (t) => {
  const { clock, world, b, inject } = await strangerWorld()
  const { stream, seal, open } = await stranger(world, clock, 5000)
  b.datagrams.handle(PROTOCOL, (flow) => () => flow.send(bytes('answer')))
  stream.send(Buffer.concat([Buffer.from('03000201', 'hex'), Buffer.of(PROTOCOL.length), bytes(PROTOCOL)]))
  stream.send(Buffer.concat([Buffer.from('070002', 'hex'), bytes('ask')]))
  await clock.advance(20)
  const probe = world.passages.findLast(({ to }) => to === '10.0.0.1')
  const token = open(probe?.bytes ?? Buffer.alloc(32))?.subarray(3, 11) ?? Buffer.alloc(8)
  t.equal(b.datagrams.status().sessions[0]?.carrier, 'stream')

  inject(seal(0, encodeProbe('probe-ack', Buffer.alloc(8, 1))))
  await clock.advance(10)
  t.equal(drops(b, 'probe-token'), 1, 'forged')
  inject(seal(0, encodeProbe('probe-ack', token)), 5001)
  await clock.advance(10)
  t.equal(drops(b, 'probe-token'), 2, 'the right token from a port that was not probed')
  t.equal(b.datagrams.status().sessions[0]?.carrier, 'stream')
  await clock.advance(5100)
  inject(seal(0, encodeProbe('probe-ack', token)))
  await clock.advance(10)
  t.equal(drops(b, 'probe-token'), 3, 'stale: older than 5 s')
  inject(seal(0, Buffer.concat([Buffer.of(2), token])))
  await clock.advance(10)
  t.equal(drops(b, 'bad-control'), 1, 'not padded to 1200 bytes')
  t.equal(b.datagrams.status().sessions[0]?.carrier, 'stream')
  await b.datagrams.stop()
})

t.test('a flood of probes is answered at a bounded rate', async (t) => {
  const { clock, world, b, inject } = await strangerWorld()
  const { seal } = await stranger(world, clock, 5000)
  for (let i = 0; i < 100; i++) inject(seal(0, encodeProbe('probe', Buffer.alloc(8, i))))
  await clock.advance(100)
  t.equal(
    world.passages.filter(({ to }) => to === '10.0.0.1').length,
    3,
    '3,600 bytes to a host not yet validated'
  )
  t.ok(drops(b, 'probe-rate') > 80)
  await b.datagrams.stop()
})

t.test('udpPort aimed at a third party: never another host, and 3,600 bytes in 10 s', async (t) => {
  const { clock, world, b } = await strangerWorld()
  b.datagrams.handle(PROTOCOL, (flow) => () => flow.send(Buffer.alloc(1000)))
  for (const port of [5353, 5683, 1900]) {
    const { stream } = await stranger(world, clock, port)
    stream.send(Buffer.concat([Buffer.from('03000201', 'hex'), Buffer.of(PROTOCOL.length), bytes(PROTOCOL)]))
    for (let i = 0; i < 20; i++) stream.send(Buffer.concat([Buffer.from('070002', 'hex'), bytes('ask')]))
    await clock.advance(700)
  }
  const sent = world.passages.filter(({ from }) => from === '10.0.0.2')
  t.ok(
    sent.every(({ to }) => to === '10.0.0.1'),
    'the connection’s own host only'
  )
  t.equal(
    sent.reduce((sum, { bytes }) => sum + bytes.length, 0),
    3600,
    'whatever the number of sessions'
  )
  t.ok(drops(b, 'unvalidated') > 0)
  await b.datagrams.stop()
})

t.test('a session is killed and its packets are replayed: unknown', async (t) => {
  const made = await udpPair()
  const { clock, world, near, b, atB } = made
  near.send(bytes('recorded'))
  await clock.advance(10)
  const recorded = lastPassage(made, '10.0.0.1', '10.0.0.2')
  world.stream[0].reset()
  await clock.advance(10)
  t.equal(near.ended, 'lost')
  t.equal(made.far.ended, 'lost')
  atB.length = 0
  world.network.inject(recorded)
  await clock.advance(10)
  t.same(atB, [])
  t.equal(drops(b, 'unknown-cid'), 1)
  const again = await clock.run(made.a.datagrams.open('b', [PROTOCOL], { receive: () => {} }))
  world.network.inject(recorded)
  await clock.advance(10)
  t.same(atB, [], 'nor in the next session of the same two')
  t.equal(again.ended, undefined)
  await stop(made)
})

t.test('a flood of unknown ids and forged tags: bounded, quiet, and others are served', async (t) => {
  const made = await udpPair({ b: { limits: { failedOpens: 50, failedOpensOfNode: 100 } } })
  const { clock, world, near, b, atB } = made
  near.send(bytes('x'))
  const packet = lastPassage(made, '10.0.0.1', '10.0.0.2')
  await clock.advance(10)
  const c = await world.node('c')
  const other = await clock.run(c.datagrams.open('b', [PROTOCOL], { receive: () => {} }))
  other.send(bytes('x'))
  await clock.advance(1000)
  atB.length = 0
  world.passages.length = 0
  const lines = b.lines.length
  for (let i = 0; i < 20_000; i++) {
    const forged = Buffer.from(packet.bytes)
    if (i % 2 === 0) forged.writeUInt32BE(i, 0)
    else forged.writeUIntBE(1000 + i, 8, 6)
    world.network.inject({ ...packet, bytes: forged })
  }
  other.send(bytes('served'))
  await clock.advance(10)
  t.same(atB, ['served'])
  t.equal(drops(b, 'forged'), 50, 'so many were opened')
  t.ok(drops(b, 'unread') > 9000)
  t.ok(drops(b, 'unknown-cid') >= 10_000)
  t.equal(
    world.passages.filter(({ from, bytes }) => from === '10.0.0.2' && bytes.length < 1200).length,
    0,
    'nothing is answered'
  )
  await clock.advance(120_000)
  t.ok(b.lines.length - lines <= 6, 'a line a minute and kind')
  await c.datagrams.stop()
  await stop(made)
})

t.test('unread drops under a flood of forgeries, then a new connection id', async (t) => {
  const made = await udpPair({ b: { limits: { failedOpens: 20 } } })
  const { clock, world, near, b, atB } = made
  near.send(bytes('x'))
  const packet = lastPassage(made, '10.0.0.1', '10.0.0.2')
  await clock.advance(10)
  atB.length = 0
  for (let i = 0; i < 100; i++) {
    const forged = Buffer.from(packet.bytes)
    forged.writeUIntBE(1000 + i, 8, 6)
    world.network.inject({ ...packet, bytes: forged })
  }
  await clock.advance(1)
  t.equal(drops(b, 'forged'), 20)
  t.equal(drops(b, 'unread'), 80)
  near.send(bytes('good but unread'))
  await clock.advance(1)
  t.same(atB, [], 'the flooded id is deaf')
  await clock.advance(20)
  t.ok(
    made.world.stream[1].sent.some((frame) => frame[0] === 0x0a),
    'the responder asked for new keys'
  )
  near.send(bytes('under the new id'))
  await clock.advance(10)
  t.same(atB, ['under the new id'])
  t.notSame(lastPassage(made, '10.0.0.1', '10.0.0.2').bytes.subarray(0, 8), packet.bytes.subarray(0, 8))
  await stop(made)
})

t.test('frames out of order, malformed or foreign reset the stream', async (t) => {
  const cases: [string, string][] = [
    ['ACCEPT to the responder', `0201${'22'.repeat(32)}${'c2'.repeat(8)}15b40490`],
    ['a second HELLO', `0101${'22'.repeat(32)}${'c2'.repeat(8)}15b40490`],
    ['OPEN with a flow of the other side', '03000301022f78'],
    ['OPEN_OK that nobody asked for', '04000100'],
    ['OPEN_NO that nobody asked for', '050001'],
    ['CLOSE of a flow that never was', '060002'],
    ['DATA of a flow that never was', '07000441'],
    ['REKEY_ACK that nobody asked for', `09${'22'.repeat(32)}${'c2'.repeat(8)}`],
    ['REKEY_REQ from the initiator', '0a'],
    ['an unknown type', '7f'],
    ['nothing', '']
  ]
  for (const [name, hex] of cases) {
    const { clock, world, b } = await strangerWorld()
    const { stream } = await stranger(world, clock, 5000)
    stream.send(Buffer.from(hex, 'hex'))
    await clock.advance(10)
    t.equal(stream.isOpen, false, name)
    t.equal(drops(b, 'bad-frame'), 1)
    t.equal(b.datagrams.status().sessions.length, 0)
    await b.datagrams.stop()
  }
  const { clock, world, b } = await strangerWorld()
  const early = world.open('s', 'b')
  early.send(Buffer.from('060002', 'hex'))
  await clock.advance(10)
  t.equal(early.isOpen, false, 'anything before HELLO')
  const silent = world.open('s', 'b')
  await clock.advance(10_100)
  t.equal(silent.isOpen, false, 'silence for 10 s')
  await b.datagrams.stop()
})

t.test('a responder bears only so many REKEYs', async (t) => {
  const { clock, world, b } = await strangerWorld()
  const { stream } = await stranger(world, clock, 5000)
  for (let i = 0; i < 20; i++)
    stream.send(Buffer.from(`08${Buffer.alloc(32, i).toString('hex')}${'c2'.repeat(8)}`, 'hex'))
  await clock.advance(10)
  t.equal(stream.isOpen, false)
  await b.datagrams.stop()
})

t.test('a receiver of ours that throws harms nobody', async (t) => {
  const made = await pair()
  made.b.datagrams.handle('/throws/v1', () => () => {
    throw new Error('no loudspeaker')
  })
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/throws/v1'], { receive: () => {} }))
  flow.send(bytes('x'))
  await made.clock.advance(10)
  t.equal(drops(made.b, 'receiver'), 1)
  t.match(made.b.lines.join(), /no loudspeaker/)
  t.equal(made.far.ended, undefined)
  await stop(made)
})
