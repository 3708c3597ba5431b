import t from 'tap'
import { encodeProbe } from '../../../src/protocol/datagram/path/probe.ts'
import { bytes, lastPassage, PROTOCOL, stop, udpPair } from '../../support/datagram/pair.ts'
import { stranger, strangerWorld } from '../../support/datagram/stranger.ts'
import { drops } from '../../support/datagram/world.ts'

t.test('spoofed source address: dropped, and nothing is sent there', async (t) => {
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

t.test('a captured packet whose port was made 0: dropped as from elsewhere, and not used up', async (t) => {
  const made = await udpPair()
  const { clock, world, near, b, atB } = made
  world.network.weather = { loss: 1, duplication: 0, delay: 1, jitter: 0 }
  near.send(bytes('captured'))
  const captured = lastPassage(made, '10.0.0.1', '10.0.0.2')
  world.network.weather = { loss: 0, duplication: 0, delay: 1, jitter: 0 }
  world.network.inject({ ...captured, fromPort: 0 })
  await clock.advance(10_000)
  t.equal(drops(b, 'source'), 1)
  t.equal(drops(b, 'socket'), 0, 'nothing was to be sent to it')
  t.notOk(world.passages.some(({ toPort }) => toPort === 0))
  world.network.inject(captured)
  await clock.advance(10)
  t.same(atB, ['captured'])
  await stop(made)
})

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

t.test('probe tokens: forged, stale and foreign ones prove nothing', async (t) => {
  const { clock, world, b, inject } = await strangerWorld()
  const { stream, encrypt, decrypt } = await stranger(world, clock, 5000)
  b.datagrams.handle(PROTOCOL, (flow) => () => flow.send(bytes('answer')))
  stream.send(Buffer.concat([Buffer.from('03000201', 'hex'), Buffer.of(PROTOCOL.length), bytes(PROTOCOL)]))
  stream.send(Buffer.concat([Buffer.from('070002', 'hex'), bytes('ask')]))
  await clock.advance(20)
  const probe = world.passages.findLast(({ to }) => to === '10.0.0.1')
  const token = decrypt(probe?.bytes ?? Buffer.alloc(32))?.subarray(3, 11) ?? Buffer.alloc(8)
  t.equal(b.datagrams.status().sessions[0]?.carrier, 'stream')

  inject(encrypt(0, encodeProbe('probe-ack', Buffer.alloc(8, 1))))
  await clock.advance(10)
  t.equal(drops(b, 'probe-token'), 1, 'forged')
  inject(encrypt(0, encodeProbe('probe-ack', token)), 5001)
  await clock.advance(10)
  t.equal(drops(b, 'probe-token'), 2, 'the right token from a port that was not probed')
  t.equal(b.datagrams.status().sessions[0]?.carrier, 'stream')
  await clock.advance(5100)
  inject(encrypt(0, encodeProbe('probe-ack', token)))
  await clock.advance(10)
  t.equal(drops(b, 'probe-token'), 3, 'stale: older than 5 s')
  inject(encrypt(0, Buffer.concat([Buffer.of(2), token])))
  await clock.advance(10)
  t.equal(drops(b, 'bad-control'), 1, 'not padded to 1200 bytes')
  t.equal(b.datagrams.status().sessions[0]?.carrier, 'stream')
  await b.datagrams.stop()
})

t.test('a flood of probes is answered at a bounded rate', async (t) => {
  const { clock, world, b, inject } = await strangerWorld()
  const { encrypt } = await stranger(world, clock, 5000)
  for (let i = 0; i < 100; i++) inject(encrypt(0, encodeProbe('probe', Buffer.alloc(8, i))))
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
