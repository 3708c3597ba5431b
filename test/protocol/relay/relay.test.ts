import { randomBytes } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { isDirect } from '../../../src/direct.ts'
import { isNearlySpent } from '../../../src/limited.ts'
import { RelayRefused } from '../../../src/protocol/relay/index.ts'
import type { Startable } from '../../../src/startable.ts'
import { nextEvent } from '../../support/memory-network.ts'
import { dial, isHeld, type RelayNode, type RelayPlan, relayNode } from '../../support/relay.ts'
import { until } from '../../support/until.ts'
import { ECHO, echo, echoed } from '../../support/via.ts'

const signal = new AbortController().signal

interface House {
  readonly den: RelayNode
  readonly hall: RelayNode
  readonly desk: RelayNode
}

/** A relay, a node that reserves there, and one that is connected with the relay. */
async function house(t: Test, plans: { den?: RelayPlan; hall?: RelayPlan } = {}): Promise<House> {
  const den = await relayNode(t, { server: {}, ...plans.den })
  const hall = await relayNode(t, { relays: [den.address], ...plans.hall })
  const desk = await relayNode(t)
  await dial(desk, den.address)
  return { den, hall, desk }
}

/** The status of the refusal that the work ends with; 0 where it succeeds. */
async function statusOf(work: Promise<unknown>): Promise<number> {
  try {
    await work
    return 0
  } catch (error) {
    if (error instanceof RelayRefused) return error.status
    throw error
  }
}

/** Resolves when the other side has reset a stream of that protocol. */
async function isReset(connection: Connection, protocol: string): Promise<void> {
  const stream = await connection.newStream(protocol, { runOnLimitedConnection: true }).catch(() => undefined)
  if (stream !== undefined) await until(() => stream.status === 'reset')
}

t.test('a circuit over a relay', async (t) => {
  const { den, hall, desk } = await house(t)
  await until(() => isHeld(hall))
  await echo(hall)
  const connection = await desk.relay.open(den.peer, hall.peer, signal)
  t.notOk(isDirect(connection))
  t.notOk(connection.direct, 'for libp2p as well')
  t.equal(connection.remoteAddr.toString(), `/p2p/${den.peer}/p2p-circuit/p2p/${hall.peer}`)
  const bytes = randomBytes(20_000)
  t.same(Buffer.from(await echoed(connection, bytes)), bytes)
  const left = Number(connection.limits?.bytes)
  t.ok(left < 131_072 - 40_000 && left > 131_072 - 50_000, `${left} bytes are left: both directions count`)
  t.ok((connection.limits?.seconds ?? 0) > 100)
  const [far] = hall.network.getConnections(desk.network.peerId)
  t.ok(Math.abs(Number(far?.limits?.bytes) - left) < 1024, 'the other end counts the same')
  t.equal(den.network.getConnections().length, 2, 'the relay has no part in it')
  t.match(den.relay.counters, { 'serve-carried': 1, 'serve-circuits': 1, 'serve-reservations': 1 })
  t.match(hall.relay.counters, { accepted: 1, ends: 1, 'reservation-reserved': 1 })
  await connection.close()
  await until(() => den.relay.counters['serve-circuits'] === 0)
  t.equal(desk.relay.counters.ends, 0)
})

t.test('neither side of a reservation closes its connection where there are too many', async (t) => {
  const den = await relayNode(t, { server: {}, connections: 2 })
  // Streams of gossip would keep every connection.
  await (den.network.services.pubsub as unknown as Required<Startable>).stop()
  const hall = await relayNode(t, { relays: [den.address], connections: 2 })
  await until(() => isHeld(hall))
  const first = await relayNode(t)
  const others = await Promise.all(Array.from({ length: 3 }, () => relayNode(t)))
  await echo(first)
  for (const full of [den, hall]) {
    await (await dial(full, first.address)).newStream(ECHO)
    for (const other of others) {
      const pruned = nextEvent(full.network, 'connection:prune')
      await dial(full, other.address)
      await pruned
    }
  }
  t.ok(isHeld(hall))
  t.equal(den.network.getConnections(hall.network.peerId).length, 1)
})

t.test('the relay cuts what goes beyond the bytes and the time', async (t) => {
  const { den, hall, desk } = await house(t, { den: { limits: { bytes: 32 * 1024, duration: 10_000 } } })
  await until(() => isHeld(hall))
  await echo(hall)
  const connection = await desk.relay.open(den.peer, hall.peer, signal)
  t.ok(isNearlySpent(connection), 'ten seconds are the last ones')
  await t.rejects(echoed(connection, randomBytes(40_000)))
  await until(() => connection.status !== 'open')
  t.ok((den.relay.counters['serve-bytes'] ?? 0) <= 32 * 1024 + 8192)
  await until(() => den.relay.counters['serve-circuits'] === 0)
})

t.test('one circuit after the other: those that are spent and replaced leave their places', async (t) => {
  // So few bytes that each is nearly spent from the beginning.
  const { den, hall, desk } = await house(t, { den: { limits: { bytes: 20 * 1024 } } })
  await until(() => isHeld(hall))
  for (let i = 0; i < 12; i++) {
    await desk.relay.open(den.peer, hall.peer, signal)
    await until(() => (den.relay.counters['serve-circuits'] ?? 0) <= 2)
  }
  t.equal(den.relay.counters['serve-carried'], 12)
  await until(() => den.relay.counters['serve-circuits'] === 1)
  t.equal(desk.network.getConnections(hall.network.peerId).length, 1, 'the last one stands')
})

t.test('without a reservation, without a connection and refused by the target: one answer', async (t) => {
  const { den, hall, desk } = await house(t, { hall: { accepts: () => false } })
  await until(() => isHeld(hall))
  t.equal(await statusOf(desk.relay.open(den.peer, hall.peer, signal)), 204, 'the target refuses')
  t.equal(hall.relay.counters['refused-circuit'], 1)
  t.equal(await statusOf(desk.relay.open(den.peer, desk.peer, signal)), 204, 'it has no reservation')
  await hall.relay.stop()
  await hall.network.stop()
  await until(() => den.relay.counters['serve-reservations'] === 0)
  t.equal(await statusOf(desk.relay.open(den.peer, hall.peer, signal)), 204, 'it is gone')
})

t.test('who is not served reserves nothing and learns nothing', async (t) => {
  const served = new Set<string>()
  const den = await relayNode(t, {
    server: { serves: ({ remotePeer }) => served.has(remotePeer.toString()) }
  })
  const hall = await relayNode(t, { relays: [den.address] })
  await until(() => hall.relay.reservations().get(den.peer)?.why !== undefined)
  t.match(hall.relay.reservations().get(den.peer), { held: false, why: 'it does not serve this node' })
  const desk = await relayNode(t)
  await dial(desk, den.address)
  t.equal(await statusOf(desk.relay.open(den.peer, hall.peer, signal)), 202)
  served.add(desk.peer)
  t.equal(await statusOf(desk.relay.open(den.peer, hall.peer, signal)), 204)
  t.equal(den.relay.counters['serve-reservations'], 0)
})

t.test('a target that is not served any more is not reached', async (t) => {
  const denied = new Set<string>()
  const { den, hall, desk } = await house(t, {
    den: { server: { serves: ({ remotePeer }) => !denied.has(remotePeer.toString()) } }
  })
  await until(() => isHeld(hall))
  denied.add(hall.peer)
  t.equal(await statusOf(desk.relay.open(den.peer, hall.peer, signal)), 204)
})

t.test('a relay has room for so many', async (t) => {
  const { den, hall, desk } = await house(t, {
    den: { limits: { reservations: 1, circuits: 2, circuitsPerPeer: 1 } }
  })
  await until(() => isHeld(hall))
  const other = await relayNode(t, { relays: [den.address], limits: { retryMax: 1000 } })
  await until(() => other.relay.reservations().get(den.peer)?.why !== undefined)
  t.match(other.relay.reservations().get(den.peer)?.why, 'no room for another reservation')
  await desk.relay.open(den.peer, hall.peer, signal)
  t.equal(await statusOf(desk.relay.open(den.peer, hall.peer, signal)), 201, 'one circuit of one peer')
  await hall.relay.stop()
  await hall.network.stop()
  await until(() => isHeld(other))
  t.pass('room that another leaves is taken')
})

t.test('strangers of one address take a share of the reservations', async (t) => {
  const den = await relayNode(t, {
    server: { inBook: () => false },
    limits: { reservationsPerAddress: 1 }
  })
  const first = await relayNode(t, { relays: [den.address] })
  await until(() => isHeld(first))
  const second = await relayNode(t, { relays: [den.address] })
  await until(() => second.relay.reservations().get(den.peer)?.why !== undefined)
  t.notOk(isHeld(second))
})

t.test('STOP of whom we did not choose as a relay is reset, and nothing is reserved there', async (t) => {
  const { den, hall, desk } = await house(t)
  await until(() => isHeld(hall))
  const stranger = await relayNode(t, { server: {} })
  const connection = await dial(stranger, hall.address)
  await isReset(connection, '/libp2p/circuit/relay/0.2.0/stop')
  t.equal(hall.relay.counters['refused-stop'], 1)
  t.equal(stranger.relay.counters['serve-reservations'], 0)
  t.same([...hall.relay.reservations().keys()], [den.peer])
  t.notOk(hall.network.getMultiaddrs().some((one) => one.toString().includes('p2p-circuit')))
  const circuit = await desk.relay.open(den.peer, hall.peer, signal)
  await isReset(circuit, '/libp2p/circuit/relay/0.2.0/stop')
  t.pass('nor over a circuit')
})

t.test('nobody reserves or opens a circuit over a circuit', async (t) => {
  const den = await relayNode(t, { server: {} })
  const hall = await relayNode(t, { relays: [den.address], server: {} })
  const desk = await relayNode(t)
  await dial(desk, den.address)
  await until(() => isHeld(hall))
  const circuit = await desk.relay.open(den.peer, hall.peer, signal)
  await isReset(circuit, '/libp2p/circuit/relay/0.2.0/hop')
  t.equal(hall.relay.counters['serve-reservations'], 0)
  await t.rejects(desk.relay.open(hall.peer, den.peer, signal), { code: 'no-relay' })
})

t.test('gossip does not run over it, an application that asks for it does', async (t) => {
  const { den, hall, desk } = await house(t)
  await until(() => isHeld(hall))
  await echo(hall)
  const connection = await desk.relay.open(den.peer, hall.peer, signal)
  await echoed(connection, new Uint8Array(10))
  t.notOk(connection.streams.some(({ protocol }) => protocol.startsWith('/meshsub/')))
  await t.rejects(connection.newStream(ECHO), { name: 'LimitedConnectionError' })
})
