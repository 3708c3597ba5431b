import t from 'tap'
import { bytes, PROTOCOL, pair, stop, udpPair } from '../../support/datagram/pair.ts'
import { drops } from '../../support/datagram/world.ts'

t.test('before UDP is validated the stream carries; then UDP, and both sides are notified', async (t) => {
  const made = await pair()
  const changes: string[] = []
  made.near.onCarrier((carrier) => changes.push(carrier))
  t.equal(made.near.carrier, 'stream')
  made.near.send(bytes('by stream'))
  await made.clock.advance(50)
  t.equal(made.world.passages.length, 0, 'one datagram is not worth its probes')
  made.near.send(bytes('by stream'))
  await made.clock.advance(50)
  t.equal(made.near.carrier, 'udp')
  made.near.send(bytes('by UDP'))
  await made.clock.advance(50)
  t.same(made.atB, ['by stream', 'by stream', 'by UDP'])
  t.same(changes, ['udp'])
  const probes = made.world.passages.filter(({ bytes }) => bytes.length === 1200)
  t.equal(probes.length, 2, 'a probe and its answer')
  await stop(made)
})

t.test('no probe leaves while there is nothing to send', async (t) => {
  const made = await pair()
  await made.clock.advance(600_000)
  t.equal(made.world.passages.length, 0)
  await stop(made)
})

t.test('over a relay no UDP leaves the host', async (t) => {
  const made = await pair({ wire: { direct: false, onLink: false } })
  for (let i = 0; i < 50; i++) {
    made.near.send(bytes(`${i}`))
    made.far.send(bytes(`${i}`))
    await made.clock.advance(2000)
  }
  t.equal(made.atA.length, 50)
  t.equal(made.atB.length, 50)
  t.equal(made.world.passages.length, 0)
  const [hello] = made.world.stream[0].sent
  t.equal(hello?.readUInt16BE(42), 0, 'and no port is named')
  await stop(made)
})

t.test('a limited relay: 8 KiB are left to others, of less than 16 KiB half', async (t) => {
  const full = await pair({ wire: { direct: false, remaining: 131_072 } })
  full.world.wire.remaining = 8192 + 600
  t.equal(full.near.send(Buffer.alloc(500)), true)
  full.world.wire.remaining = 8192 + 100
  t.equal(full.near.send(Buffer.alloc(500)), false)
  await stop(full)
  const made = await pair({ wire: { direct: false, remaining: 10_000 } })
  made.world.wire.remaining = 5600
  t.equal(made.near.send(Buffer.alloc(500)), true)
  made.world.wire.remaining = 5100
  t.equal(made.near.send(Buffer.alloc(500)), false)
  t.equal(drops(made.a, 'relay-limit'), 1)
  await stop(made)
})

t.test('a limited relay that stalls: what waits is counted, too', async (t) => {
  const made = await pair({ wire: { direct: false, remaining: 10_000 } })
  made.world.wire.remaining = 6600
  made.world.stream[0].stall()
  const sent = [1, 2, 3, 4, 5].map(() => made.near.send(Buffer.alloc(500)))
  t.same(sent, [true, true, true, false, false])
  await stop(made)
})

t.test('UDP blocked: a suspected path falls back to the stream, and comes back when unblocked', async (t) => {
  const made = await udpPair()
  const { clock, near, far, atB, b } = made
  await clock.advance(6000)
  const changes: string[] = []
  near.onCarrier((carrier) => changes.push(carrier))
  b.host.blocked = true
  near.send(bytes('lost'))
  await clock.advance(100)
  near.suspect()
  t.equal(near.carrier, 'stream')
  near.send(bytes('by stream'))
  await clock.advance(100)
  t.same(atB, ['by stream'])
  t.equal(far.carrier, 'stream', 'the other side takes the hint')
  b.host.blocked = false
  for (let i = 0; i < 30; i++) {
    near.send(bytes('again'))
    await clock.advance(1000)
  }
  t.equal(near.carrier, 'udp')
  t.same(changes, ['stream', 'udp'])
  t.equal(atB.length, 31, 'nothing after the first was lost')
  await stop(made)
})

t.test('one direction alone is blocked: what either side sends arrives all the same', async (t) => {
  for (const deaf of ['a', 'b'] as const) {
    const made = await udpPair()
    const { clock, near, far, atA, atB, world } = made
    made[deaf].host.deaf = true
    for (let i = 0; i < 300; i++) {
      near.send(bytes('here'))
      far.send(bytes('there'))
      await clock.advance(1000)
    }
    t.ok(atA.length > 280, `${atA.length} of 300 from b to a, who is deaf: ${deaf === 'a'}`)
    t.ok(atB.length > 280, `${atB.length} of 300 from a to b, who is deaf: ${deaf === 'b'}`)
    t.ok(world.passages.filter(({ bytes }) => bytes.length === 1200).length < 100, 'probes rest')
    await stop(made)
  }
})

t.test('25 s of silence: probed again before it is used again', async (t) => {
  const made = await udpPair()
  const { clock, world, near, atB } = made
  await clock.advance(31_000)
  world.passages.length = 0
  await clock.advance(600_000)
  t.equal(world.passages.length, 0, 'silence costs nothing')
  for (const count of [1, 2]) {
    near.send(bytes('by stream'))
    await clock.advance(10)
    t.equal(atB.length, count)
  }
  t.equal(world.passages.filter(({ bytes }) => bytes.length === 1200).length, 2)
  near.send(bytes('by UDP'))
  t.equal(near.carrier, 'udp')
  await stop(made)
})

t.test('one-way traffic stays on UDP: the peer’s reports confirm it', async (t) => {
  const made = await udpPair()
  const { clock, near, atB } = made
  const changes: string[] = []
  near.onCarrier((carrier) => changes.push(carrier))
  for (let i = 0; i < 600; i++) {
    near.send(bytes('pcm'))
    await clock.advance(100)
  }
  t.same(changes, [])
  t.equal(atB.length, 600)
  await stop(made)
})

t.test('occasional questions go by stream, and nothing is probed', async (t) => {
  const made = await pair()
  for (let i = 0; i < 50; i++) {
    made.near.send(bytes('now'))
    made.far.send(bytes('then'))
    await made.clock.advance(30_000)
  }
  t.equal(made.atB.length, 50)
  t.equal(made.world.passages.length, 0)
  await stop(made)
})

t.test('no answer to probes: three in 600 ms, then rests of 15 s and more', async (t) => {
  const made = await pair()
  const { clock, world, near, b } = made
  b.host.blocked = true
  const times: number[] = []
  world.network.watch(() => times.push(clock.monotonic() - began))
  const began = clock.monotonic()
  for (let i = 0; i < 600; i++) {
    near.send(bytes('x'))
    await clock.advance(100)
  }
  t.same(times.slice(0, 4), [100, 300, 700, 20_100])
  t.equal(made.atB.length, 600, 'all by stream')
  await stop(made)
})

t.test('drop-oldest under a stalled reader: 16 wait, a second at most', async (t) => {
  const made = await pair({ wire: { direct: false } })
  const { clock, world, near, atB, a } = made
  world.stream[0].stall()
  for (let i = 0; i < 20; i++) near.send(bytes(`${i}`))
  world.stream[0].resume()
  await clock.advance(10)
  t.same(atB, ['4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19'])
  t.equal(drops(a, 'ring-full'), 4)
  atB.length = 0
  world.stream[0].stall()
  near.send(bytes('old'))
  await clock.advance(900)
  near.send(bytes('young'))
  await clock.advance(200)
  world.stream[0].resume()
  await clock.advance(10)
  t.same(atB, ['young'])
  t.equal(drops(a, 'ring-age'), 1)
  await stop(made)
})

t.test('a node without UDP serves over the stream', async (t) => {
  const made = await pair({ b: { address: 'fd00::2' } })
  made.near.send(bytes('x'))
  made.far.send(bytes('y'))
  await made.clock.advance(30_000)
  t.same([made.atA, made.atB], [['y'], ['x']])
  t.equal(made.near.protocol, PROTOCOL)
  t.equal(made.near.carrier, 'stream')
  t.equal(made.world.passages.length, 0)
  await stop(made)
})
