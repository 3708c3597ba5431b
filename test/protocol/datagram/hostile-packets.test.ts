import t from 'tap'
import { bytes, lastPassage, PROTOCOL, stop, udpPair } from '../../support/datagram/pair.ts'
import { drops } from '../../support/datagram/world.ts'

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

t.test('a session is killed and its packets are replayed: unknown', async (t) => {
  const made = await udpPair()
  const { clock, world, near, b, atB } = made
  near.send(bytes('recorded'))
  await clock.advance(10)
  const recorded = lastPassage(made, '10.0.0.1', '10.0.0.2')
  world.stream[0].reset()
  await clock.advance(10)
  t.same([near.ended, made.far.ended], [undefined, undefined], 'another session carries the flow')
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
