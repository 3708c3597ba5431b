import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import t, { type Test } from 'tap'
import { tcpCarrier } from '../../../src/node/network/create-network.ts'
import { networkLimits } from '../../support/memory-network.ts'
import { dial, isHeld, relayNode } from '../../support/relay.ts'
import { until } from '../../support/until.ts'
import { ECHO, echo, echoed } from '../../support/via.ts'

const signal = new AbortController().signal

/** libp2p with its own relay or client. */
async function stock(t: Test, plan: { relay?: object; listen: string[] }): Promise<Libp2p> {
  const libp2p = await createLibp2p({
    addresses: { listen: plan.listen },
    transports: [memory(), tcp(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      ...(plan.relay === undefined ? {} : { relay: circuitRelayServer(plan.relay) })
    }
  })
  t.teardown(() => libp2p.stop())
  return libp2p
}

function addressOf(libp2p: Libp2p): string {
  return String(libp2p.getMultiaddrs().find((one) => !String(one).includes('p2p-circuit')) ?? '')
}

t.test('our nodes over a relay of libp2p', async (t) => {
  const den = await stock(t, { relay: {}, listen: ['/memory/stock-relay'] })
  const hall = await relayNode(t, { relays: [addressOf(den)] })
  await until(() => isHeld(hall))
  await echo(hall)
  const desk = await relayNode(t)
  await dial(desk, addressOf(den))
  const connection = await desk.relay.open(den.peerId.toString(), hall.peer, signal)
  t.same(await echoed(connection, new Uint8Array(1000)), Buffer.alloc(1000))
  t.ok(Number(connection.limits?.bytes) > 120_000)
  const seconds = connection.limits?.seconds ?? 0
  t.ok(seconds > 100 && seconds <= 120, 'its milliseconds are read as what they are')
  const nobody = await relayNode(t)
  await t.rejects(desk.relay.open(den.peerId.toString(), nobody.peer, signal), { name: 'RelayRefused' })
})

t.test('a relay of libp2p that is full', async (t) => {
  const den = await stock(t, {
    relay: { reservations: { maxReservations: 0 } },
    listen: ['/memory/full-relay']
  })
  const hall = await relayNode(t, { relays: [addressOf(den)] })
  await until(() => hall.relay.reservations().get(den.peerId.toString())?.why !== undefined)
  t.match(hall.relay.reservations().get(den.peerId.toString())?.why, 'no room')
})

t.test("nodes of libp2p's own over our relay", async (t) => {
  // It takes no address of a relay that begins with /memory.
  const den = await relayNode(t, {
    server: {},
    carrier: tcpCarrier(['/ip4/127.0.0.1/tcp/0'], networkLimits, false)
  })
  const target = await stock(t, { listen: [`${den.address}/p2p-circuit`] })
  await until(() => den.relay.counters['serve-reservations'] === 1)
  await until(() => target.getMultiaddrs().some((one) => String(one).includes('p2p-circuit')))
  await target.handle(
    ECHO,
    (stream) => {
      stream.addEventListener('message', ({ data }) => {
        stream.send(data)
      })
    },
    { runOnLimitedConnection: true }
  )
  const opener = await stock(t, { listen: ['/memory/opener'] })
  const circuit = multiaddr(`${den.address}/p2p-circuit/p2p/${target.peerId}`)
  const connection = await opener.dial(circuit, { signal })
  t.same(await echoed(connection, new Uint8Array(1000)), Buffer.alloc(1000))
  const { seconds = 0 } = connection.limits ?? {}
  t.ok(seconds > 60 && seconds <= 120, `${seconds} s of 2 min are left`)
  const ours = await relayNode(t, { carrier: tcpCarrier([], networkLimits, false) })
  await dial(ours, den.address)
  const mixed = await ours.relay.open(den.peer, target.peerId.toString(), signal)
  t.same(await echoed(mixed, new Uint8Array(1000)), Buffer.alloc(1000), 'and one of ours')
})
