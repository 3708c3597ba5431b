import type { MultiaddrConnection } from '@libp2p/interface'
import t from 'tap'
import { bytesOfHex } from '../../../src/cbor/bytes.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { firstFrame } from '../../../src/protocol/circuit/first-frame.ts'
import { circuitAddress, StreamConnection } from '../../../src/protocol/circuit/stream-connection.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { decodeStatus, encodeOpen, encodeStatus, type Open } from '../../../src/protocol/via/codec.ts'
import { MAX_FRAME_BYTES } from '../../../src/protocol/via/constants.ts'
import { VIA_PROTOCOL } from '../../../src/protocol/via/index.ts'
import { until } from '../../support/until.ts'
import { chain, end, type ViaNode, viaNode } from '../../support/via.ts'

const signal = new AbortController().signal

async function streamBetween(from: ViaNode, to: ViaNode) {
  const [connection] = from.network.getConnections(to.network.peerId)
  if (connection === undefined) throw new Error('not connected')
  return await connection.newStream(VIA_PROTOCOL)
}

/** The code with which `to` answers an open frame; ok where it takes it. */
async function answer(from: ViaNode, to: ViaNode, open: Open): Promise<string> {
  const stream = await streamBetween(from, to)
  stream.send(prefixed(encodeOpen(open)))
  const status = decodeStatus(await firstFrame(stream, MAX_FRAME_BYTES, signal))
  stream.abort(new Error('seen'))
  return status?.code ?? 'ok'
}

t.test('rules of the open frame', async (t) => {
  const nodes = await chain(t, 3)
  const [a, b, c] = [end(nodes, 0), end(nodes, 1), end(nodes, 2)]
  const [x, y, z] = (await Promise.all([viaNode(t), viaNode(t), viaNode(t)])).map(({ peer }) => peer)
  const [X = '', Y = '', Z = ''] = [x, y, z]
  const rows: readonly [string, Open, string][] = [
    ['one hop', { to: [c.peer], from: [] }, 'ok'],
    ['third hop', { to: [c.peer], from: [X, Y] }, 'ok'],
    ['fourth hop', { to: [c.peer], from: [X, Y, Z] }, 'bad-request'],
    ['four hops to come', { to: [c.peer, X, Y, Z], from: [] }, 'bad-request'],
    ['no hop between', { to: [], from: [] }, 'bad-request'],
    ['back to the caller', { to: [a.peer], from: [] }, 'loop'],
    ['the hop itself', { to: [b.peer], from: [] }, 'loop'],
    ['a peer twice', { to: [X, X], from: [] }, 'loop'],
    ['passed and to come', { to: [X], from: [X] }, 'loop'],
    ['the caller among those passed', { to: [c.peer], from: [a.peer] }, 'loop'],
    ['not connected', { to: [X], from: [] }, 'no-such']
  ]
  for (const [what, open, code] of rows) t.equal(await answer(a, b, open), code, what)
  await until(() => b.via.counters.circuits === 0)
})

t.test('frames that do not parse reset the stream', async (t) => {
  const nodes = await chain(t, 2)
  const [a, b] = [end(nodes, 0), end(nodes, 1)]
  for (const hex of ['00', '8000', 'ff7f', '01a0', '02a100', '07a162746f80a0', '03616161']) {
    const stream = await streamBetween(a, b)
    stream.send(bytesOfHex(hex))
    await until(() => stream.status !== 'open')
    t.equal(stream.status, 'reset', hex)
  }
})

t.test('who sends no open frame is cut off after two seconds', async (t) => {
  const clock = new VirtualClock()
  const nodes = await chain(t, 2, { 1: { clock } })
  const stream = await streamBetween(end(nodes, 0), end(nodes, 1))
  stream.send(Buffer.from([0x20]))
  // The handler is called once the protocol is negotiated.
  for (let i = 0; i < 50 && stream.status === 'open'; i++) {
    await clock.advance(500)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await until(() => stream.status !== 'open')
  t.equal(stream.status, 'reset')
})

t.test('a next peer that does not answer is a timeout, three seconds for each that remains', async (t) => {
  const clock = new VirtualClock()
  const nodes = await chain(t, 3, { 1: { clock }, 2: { isOffered: false } })
  const [a, b, c] = [end(nodes, 0), end(nodes, 1), end(nodes, 2)]
  let asked = false
  await c.network.handle(VIA_PROTOCOL, () => {
    asked = true
  })
  const stream = await streamBetween(a, b)
  stream.send(prefixed(encodeOpen({ to: [c.peer], from: [] })))
  const status = firstFrame(stream, MAX_FRAME_BYTES, signal)
  await until(() => asked)
  await clock.advance(2999)
  t.equal(b.via.counters.circuits, 1, 'it counts before it stands')
  await clock.advance(1)
  t.match(decodeStatus(await status), { code: 'timeout', at: b.peer })
  t.equal(b.via.counters.circuits, 0)
})

t.test('a status is handed on as it came', async (t) => {
  const nodes = await chain(t, 3, { 2: { isOffered: false } })
  const [a, b, c] = [end(nodes, 0), end(nodes, 1), end(nodes, 2)]
  const said = { code: 'denied', text: 'not you', at: c.peer } as const
  await c.network.handle(VIA_PROTOCOL, (stream) => {
    stream.send(prefixed(encodeStatus(said)))
  })
  const stream = await streamBetween(a, b)
  stream.send(prefixed(encodeOpen({ to: [c.peer], from: [] })))
  t.same(decodeStatus(await firstFrame(stream, MAX_FRAME_BYTES, signal)), said)
})

t.test('a hop that plays the target, or names another opener, fails at the handshake', async (t) => {
  const [a, liar, target, other] = await Promise.all([
    viaNode(t),
    viaNode(t, { isOffered: false }),
    viaNode(t),
    viaNode(t)
  ])
  await a.network.dial(liar.network.getMultiaddrs())
  await liar.network.dial(target.network.getMultiaddrs())
  await liar.network.handle(VIA_PROTOCOL, async (stream) => {
    await firstFrame(stream, MAX_FRAME_BYTES, signal)
    stream.send(prefixed(encodeStatus(undefined)))
    const circuit = new StreamConnection(stream, circuitAddress(a.peer, a.peer))
    await liar.network.services.components.upgrader
      .upgradeInbound(circuit as MultiaddrConnection, { limits: {}, signal })
      .catch(() => {})
  })
  await t.rejects(a.via.openVia([liar.peer], target.peer, signal), { code: 'via-failed' })
  t.equal(a.via.counters.ends, 0)

  const stream = await streamBetween(liar, target)
  stream.send(prefixed(encodeOpen({ to: [], from: [other.peer] })))
  t.equal(decodeStatus(await firstFrame(stream, MAX_FRAME_BYTES, signal)), undefined)
  const circuit = new StreamConnection(stream, circuitAddress(target.peer, target.peer))
  // The opener of a handshake has sent all of its own before the other side refuses it.
  const { upgrader } = liar.network.services.components
  await upgrader.upgradeOutbound(circuit, { limits: {}, signal }).catch(() => {})
  await until(() => stream.status !== 'open')
  t.equal(target.network.getConnections(other.network.peerId).length, 0)
  t.equal(target.via.counters.accepted, 0)
})
