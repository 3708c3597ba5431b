import t from 'tap'
import { bytes, lastPassage, PROTOCOL, stop, udpPair } from '../../support/datagram/pair.ts'
import { drops } from '../../support/datagram/world.ts'

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
  t.equal(drops(b, 'forged'), 50, 'so many were decrypted')
  t.ok(drops(b, 'discarded') > 9000)
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

t.test('packets are discarded under a flood of forgeries, then a new connection id', async (t) => {
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
  t.equal(drops(b, 'discarded'), 80)
  near.send(bytes('good but discarded'))
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
