import { randomBytes } from 'node:crypto'
import t from 'tap'
import { isDirect } from '../../../src/direct.ts'
import { isNodeError } from '../../../src/error.ts'
import { until } from '../../support/until.ts'
import { across, chain, ECHO, echo, echoed, end, hopsOf, viaNode } from '../../support/via.ts'

/** The message of the NodeError that the work ends with. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (isNodeError(error)) return error.message
    throw error
  }
  return 'none'
}

const signal = new AbortController().signal

for (const hops of [1, 2, 3]) {
  t.test(`${hops} between the ends`, async (t) => {
    const nodes = await chain(t, hops + 2)
    const [first, last] = [end(nodes, 0), end(nodes, hops + 1)]
    await echo(last)
    const connection = await across(nodes)
    t.notOk(isDirect(connection))
    t.notOk(connection.direct, 'for libp2p as well')
    t.equal(connection.remotePeer.toString(), last.peer)
    t.equal(connection.remoteAddr.toString(), `/p2p/${end(nodes, 1).peer}/p2p-circuit/p2p/${last.peer}`)
    t.same(first.via.pathOf(connection), hopsOf(nodes))
    const bytes = randomBytes(20_000)
    t.same(Buffer.from(await echoed(connection, bytes)), bytes)
    const [far] = last.network.getConnections(first.network.peerId)
    t.same(far && last.via.pathOf(far), hopsOf(nodes).reverse())
    t.equal(far?.remoteAddr.toString(), `/p2p/${end(nodes, hops).peer}/p2p-circuit/p2p/${first.peer}`)
    t.equal(first.via.counters.opened, 1)
    t.equal(last.via.counters.accepted, 1)
    t.equal(end(nodes, 1).via.counters.carried, 1)
    t.equal(await across(nodes), connection, 'one that stands is used again')
    t.equal(end(nodes, 1).network.getConnections().length, 2, 'a hop has no part in it')
    await connection.close()
    await until(() => end(nodes, 1).via.counters.circuits === 0)
    t.equal(first.via.counters.ends, 0)
  })
}

t.test('four hops are refused by the opener', async (t) => {
  const nodes = await chain(t, 6)
  t.match(await refusal(across(nodes)), /1 to 3 different hops/)
})

t.test('gossip does not run over it, a direct dial still dials', async (t) => {
  const nodes = await chain(t, 3)
  const connection = await across(nodes)
  const last = end(nodes, 2)
  await echo(last)
  await echoed(connection, new Uint8Array(10))
  t.notOk(connection.streams.some(({ protocol }) => protocol.startsWith('/meshsub/')))
  const direct = await end(nodes, 0).network.dial(last.network.getMultiaddrs())
  t.ok(isDirect(direct))
})

t.test('who is not served is told nothing of who is connected', async (t) => {
  const nodes = await chain(t, 3, { 1: { serves: () => false } })
  t.match(await refusal(across(nodes)), `${end(nodes, 1).peer} refuses a circuit (denied)`)
  t.equal(end(nodes, 1).via.counters['refused-denied'], 1)
})

t.test('a next peer that is not served does not exist', async (t) => {
  const nodes = await chain(t, 3, {
    1: { serves: (connection) => connection.remotePeer.toString() === end(nodes, 0).peer }
  })
  t.match(await refusal(across(nodes)), '(no-such)')
  const alone = await viaNode(t)
  const { via, peer } = end(nodes, 0)
  t.match(await refusal(via.openVia([alone.peer], peer, signal)), '1 to 3 different hops')
  t.match(await refusal(via.openVia([alone.peer], end(nodes, 2).peer, signal)), 'not connected directly')
})

t.test('the target takes whom it accepts, and says so through every hop', async (t) => {
  const nodes = await chain(t, 4, { 3: { accepts: (peer) => peer === end(nodes, 1).peer } })
  const [first, second, , last] = nodes
  t.match(await refusal(across(nodes)), `${last?.peer} refuses a circuit (denied)`)
  t.ok(await second?.via.openVia([end(nodes, 2).peer], last?.peer ?? '', signal), 'another one is taken')
  await until(() => last?.via.counters['accepted'] === 1)
  t.equal(first?.via.counters.failed, 1)
  t.equal(end(nodes, 1).via.counters.circuits, 0, 'the place is given back')
})

t.test('budgets: of a hop, of a target, of a peer, of strangers', async (t) => {
  const nodes = await chain(t, 3, { 1: { limits: { circuits: 1 } } })
  await across(nodes)
  const back = end(nodes, 2).via
  await until(() => back.counters.ends === 1)
  t.ok(await back.openVia(hopsOf(nodes), end(nodes, 0).peer, signal), 'the standing one')
  const other = await viaNode(t)
  await other.network.dial(end(nodes, 1).network.getMultiaddrs())
  t.match(await refusal(other.via.openVia(hopsOf(nodes), end(nodes, 2).peer, signal)), '(busy)')

  const full = await chain(t, 3, { 2: { limits: { inbound: 0 } } })
  t.match(await refusal(across(full)), `${end(full, 2).peer} refuses a circuit (busy)`)
  const single = await chain(t, 3, { 2: { limits: { inboundPerPeer: 0 } } })
  t.match(await refusal(across(single)), '(busy)')
  const strange = await chain(t, 3, { 1: { inBook: () => false, limits: { circuitsOfStrangers: 0 } } })
  t.match(await refusal(across(strange)), '(busy)')
})

t.test('a next peer that speaks no via', async (t) => {
  const nodes = await chain(t, 3, { 2: { isOffered: false } })
  t.match(await refusal(across(nodes)), '(no-such): the next peer carries no circuits')
})

t.test('a hop that dies ends the circuit at both ends', async (t) => {
  const nodes = await chain(t, 4)
  const connection = await across(nodes)
  const [far] = end(nodes, 3).network.getConnections(end(nodes, 0).network.peerId)
  for (const one of end(nodes, 2).network.getConnections()) one.abort(new Error('it died'))
  await until(() => connection.status !== 'open' && far?.status !== 'open')
  t.not(connection.status, 'open')
  await until(() => end(nodes, 1).via.counters.circuits === 0)
})

t.test('an end that breaks resets the other, and the hop is free again', async (t) => {
  const nodes = await chain(t, 3)
  const connection = await across(nodes)
  const [far] = end(nodes, 2).network.getConnections(end(nodes, 0).network.peerId)
  connection.abort(new Error('broken'))
  await until(() => far?.status !== 'open' && end(nodes, 1).via.counters.circuits === 0)
  t.not(far?.status, 'open')
})

t.test('opened to each other at once, one stays, the same for both', async (t) => {
  const nodes = await chain(t, 3)
  const [a, hop, b] = [end(nodes, 0), end(nodes, 1), end(nodes, 2)]
  await Promise.all([a, b].map(echo))
  const [ofA, ofB] = await Promise.all([
    a.via.openVia([hop.peer], b.peer, signal),
    b.via.openVia([hop.peer], a.peer, signal)
  ])
  await until(() => hop.via.counters.circuits === 1)
  const [left, right] = [
    a.network.getConnections(b.network.peerId),
    b.network.getConnections(a.network.peerId)
  ]
  await until(() => [ofA, ofB].some(({ status }) => status === 'open'))
  const [stays] = left.filter(({ status }) => status === 'open')
  t.equal(stays?.direction, a.peer < b.peer ? 'outbound' : 'inbound')
  t.equal(right.filter(({ status }) => status === 'open').length, 1)
  if (stays !== undefined)
    t.same(Buffer.from(await echoed(stays, Buffer.from('hello'))), Buffer.from('hello'))
})

t.test('who opens a circuit over a circuit is refused', async (t) => {
  const nodes = await chain(t, 3)
  const connection = await across(nodes)
  await t.rejects(connection.newStream('/kith/via/v1'), { name: 'LimitedConnectionError' })
  await t.rejects(connection.newStream(ECHO, { runOnLimitedConnection: true }), {
    name: 'UnsupportedProtocolError'
  })
})
