import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { encodeRekey } from '../../../../src/protocol/datagram/control/frame.ts'
import { ConnectionIds } from '../../../../src/protocol/datagram/packet/connection-ids.ts'
import { ReceiveKey } from '../../../../src/protocol/datagram/packet/receive-key.ts'
import { Rekey, type Renewal } from '../../../../src/protocol/datagram/packet/rekey.ts'
import {
  bytes,
  lastPassage,
  type Pair,
  PROTOCOL,
  pair,
  stop,
  udpPair
} from '../../../support/datagram/pair.ts'
import { drops } from '../../../support/datagram/world.ts'

const MINUTE = 60_000

function frames({ world }: Pair, end: 0 | 1, type: number): number {
  return world.stream[end].sent.filter((frame) => frame[0] === type).length
}

function cidTo(made: Pair, host: string): string {
  const from = host === '10.0.0.1' ? '10.0.0.2' : '10.0.0.1'
  return lastPassage(made, from, host).bytes.subarray(0, 8).toString('hex')
}

t.test('after 60 minutes plus or minus 10, with traffic crossing and nothing lost', async (t) => {
  const made = await udpPair({
    wire: { delay: 20 },
    weather: { loss: 0, duplication: 0, delay: 20, jitter: 0 }
  })
  const { clock, near, far, atA, atB } = made
  near.send(bytes('x'))
  far.send(bytes('x'))
  const before = [cidTo(made, '10.0.0.1'), cidTo(made, '10.0.0.2')]
  await clock.advance(49 * MINUTE)
  t.equal(frames(made, 0, 0x08), 0, 'not before 50 minutes')
  atA.length = 0
  atB.length = 0
  let sent = 0
  for (let second = 0; second < 21 * 60; second++) {
    near.send(bytes(`${sent}`))
    far.send(bytes(`${sent++}`))
    await clock.advance(1000)
  }
  t.equal(frames(made, 0, 0x08), 1)
  t.equal(frames(made, 1, 0x09), 1)
  t.equal(atA.length, sent)
  t.equal(atB.length, sent)
  t.not(cidTo(made, '10.0.0.1'), before[0])
  t.not(cidTo(made, '10.0.0.2'), before[1])
  t.equal(near.carrier, 'udp')
  await stop(made)
})

t.test('under 30 % loss and crossing traffic: the flow stays open, nothing is delivered twice', async (t) => {
  const weather = { loss: 0.3, duplication: 0.05, delay: 20, jitter: 30 }
  const limits = { packetsPerKey: 200, onLinkRate: { perSecond: 1000, burst: 64 } }
  const made = await pair({ weather, wire: { delay: 20 }, a: { limits }, b: { limits } })
  const { clock, near, far, atA, atB } = made
  let sent = 0
  for (let i = 0; i < 3000; i++) {
    near.send(bytes(`a${sent}`))
    far.send(bytes(`b${sent++}`))
    await clock.advance(50)
  }
  await clock.advance(1000)
  t.ok(frames(made, 0, 0x08) >= 5, `${frames(made, 0, 0x08)} rekeys`)
  t.equal(new Set(atA).size, atA.length)
  t.equal(new Set(atB).size, atB.length)
  t.ok(
    atA.length > 0.6 * sent && atB.length > 0.6 * sent,
    `${atA.length} and ${atB.length} of ${sent} arrived`
  )
  t.equal(near.ended, undefined)
  await stop(made)
})

t.test('data under old keys: taken for 10 s, unknown after 11 s', async (t) => {
  for (const [wait, taken] of [
    [9000, true],
    [11_000, false]
  ] as const) {
    const made = await udpPair({ a: { limits: { packetsPerKey: 8 } } })
    const { clock, world, near, atB, b } = made
    world.network.weather = { loss: 1, duplication: 0, delay: 1, jitter: 0 }
    near.send(bytes('late'))
    const late = lastPassage(made, '10.0.0.1', '10.0.0.2')
    world.network.weather = { loss: 0, duplication: 0, delay: 1, jitter: 0 }
    for (let i = 0; i < 8; i++) near.send(bytes('x'))
    await clock.advance(2)
    t.equal(frames(made, 0, 0x08), 1)
    await clock.advance(wait)
    atB.length = 0
    const unknown = drops(b, 'unknown-cid')
    world.network.inject(late)
    await clock.advance(10)
    t.same(atB, taken ? ['late'] : [])
    t.equal(drops(b, 'unknown-cid') - unknown, taken ? 0 : 1)
    await stop(made)
  }
})

t.test('REKEY_REQ: the responder’s traffic alone makes new keys', async (t) => {
  const made = await udpPair({ b: { limits: { packetsPerKey: 50 } } })
  const { clock, far, atA } = made
  far.send(bytes('x'))
  const before = cidTo(made, '10.0.0.1')
  for (let i = 0; i < 100; i++) {
    far.send(bytes(`${i}`))
    await clock.advance(20)
  }
  t.equal(frames(made, 1, 0x0a), 1, 'asked once')
  t.equal(frames(made, 0, 0x08), 1)
  t.not(cidTo(made, '10.0.0.1'), before)
  t.equal(atA.length, 101)
  await stop(made)
})

t.test('R-only traffic past the rekey: the initiator’s first probes are lost, and it goes on', async (t) => {
  const made = await udpPair()
  const { clock, world, far, atA } = made
  let holding = false
  let held = 0
  made.a.host.blocked = false
  const transmit = made.a.host.transmit.bind(made.a.host)
  made.a.host.transmit = (...args) => {
    if (holding && held++ < 3) return
    transmit(...args)
  }
  world.stream[1].filter = (frame) => {
    if (frame[0] === 0x09) holding = true
    return true
  }
  await clock.advance(49 * MINUTE)
  atA.length = 0
  let sent = 0
  for (let i = 0; i < 22 * 60 * 2; i++) {
    far.send(bytes(`${sent++}`))
    await clock.advance(500)
  }
  t.equal(frames(made, 0, 0x08), 1)
  t.ok(held >= 3, 'three probes under the new keys were lost')
  t.equal(atA.length, sent, 'everything arrived')
  t.equal(far.carrier, 'udp')
  await stop(made)
})

t.test('a REKEY without an answer is sent three times, then the session closes', async (t) => {
  const made = await udpPair({ a: { limits: { packetsPerKey: 8 } } })
  const { clock, world, near } = made
  world.stream[1].filter = (frame) => frame[0] !== 0x09
  for (let i = 0; i < 10; i++) near.send(bytes('x'))
  await clock.advance(29_000)
  t.equal(frames(made, 0, 0x08), 3)
  t.equal(near.ended, undefined)
  await clock.advance(2000)
  t.equal(near.ended, 'lost')
  const [first, ...others] = world.stream[0].sent.filter((frame) => frame[0] === 0x08)
  t.ok(
    others.every((frame) => first !== undefined && frame.equals(first)),
    'the same frame each time'
  )
  const [ack, ...acks] = world.stream[1].sent.filter((frame) => frame[0] === 0x09)
  t.equal(acks.length, 2)
  t.ok(
    acks.every((frame) => ack !== undefined && frame.equals(ack)),
    'and the same answer'
  )
  t.equal(made.b.datagrams.status().sessions.length, 0)
  await stop(made)
})

t.test('two hours: hard stop for a responder that is never given new keys', async (t) => {
  const made = await udpPair()
  const { clock, world, near, far } = made
  // A peer that ignores both the time and the request.
  world.stream[0].filter = (frame) => frame[0] !== 0x08
  world.stream[1].filter = (frame) => frame[0] !== 0x0a
  await clock.advance(49 * MINUTE)
  t.equal(far.ended, undefined)
  await clock.advance(72 * MINUTE)
  t.equal(far.ended, 'lost')
  t.equal(near.ended, 'lost')
  await stop(made)
})

t.test('flow and protocol survive', async (t) => {
  const made = await udpPair({ a: { limits: { packetsPerKey: 8 } } })
  for (let i = 0; i < 20; i++) made.near.send(bytes('x'))
  await made.clock.advance(1000)
  t.equal(made.near.ended, undefined)
  t.equal(made.near.protocol, PROTOCOL)
  t.equal(made.atB.length, 20)
  await stop(made)
})

t.test('a REKEY_ACK that comes a second time answers nothing that was asked meanwhile', async (t) => {
  const clock = new VirtualClock()
  let drawn = 0
  const random = (length: number): Buffer => Buffer.alloc(length, ++drawn)
  const ids = new ConnectionIds(random)
  const owner = { host: undefined, packet() {}, flooded() {}, keyExhausted() {} }
  const sent: Buffer[] = []
  const renewals: Renewal[] = []
  const rekey = new Rekey({
    clock,
    random,
    initiator: true,
    send: (frame) => sent.push(frame),
    reserve: () => new ReceiveKey(ids.fresh(), owner, 100),
    release: () => {},
    renewed: (renewal) => renewals.push(renewal),
    failed: () => t.fail('the session must go on')
  })
  const [first, second] = [1, 2].map((fill) =>
    encodeRekey('rekey-ack', Buffer.alloc(32, fill), Buffer.alloc(8, fill))
  )
  if (first === undefined || second === undefined) throw new Error('two were made')
  rekey.due()
  await clock.advance(10_000)
  t.equal(sent.length, 2, 'sent twice, so it will be answered twice')
  t.ok(rekey.onAck(first))
  rekey.due()
  t.equal(sent.length, 3, 'another one is under way')
  t.ok(rekey.onAck(first), 'in order')
  t.equal(renewals.length, 1, 'but no answer to it')
  t.ok(rekey.onAck(second))
  t.equal(renewals[1]?.rekey.bytes, sent[2])
  t.notOk(rekey.onAck(first), 'nobody asked for that')
  rekey.close()
})
