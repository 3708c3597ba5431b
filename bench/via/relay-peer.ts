/** A whole node in a namespace: either end of a circuit, or the relay; ordered by messages (relay.ts). */
import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { devices } from '../../devices/index.ts'
import { chipModels } from '../../devices/models.ts'
import { systemClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config/load.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { startNode } from '../../src/node/run-node.ts'
import { TOPIC } from '../frame/made-up-packs.ts'
import { timed } from '../pair/sides.ts'
import { type RelayOrder, type RelayPeerOptions, TRANSFERRED } from './relay.ts'
import { roundTrips, serveEcho, serveTransfer, transfer } from './traffic.ts'

/** No rate limit is measured. */
const CONFIG = {
  listen: ['/ip4/0.0.0.0/tcp/4001'],
  mdns: false,
  accept: 'anyone',
  datagrams: { enabled: false },
  sensors: [{ type: 'tmp102', name: 'air', bus: 'i2c-1', address: 0x48, interval: '1s' }],
  limits: {
    query: { rate: 100_000, burst: 100_000 },
    relay: { bytes: '64MiB', rate: '1GiB', totalRate: '1GiB' },
    via: { rate: '1GiB', totalRate: '1GiB', burst: '64MiB' }
  }
}
const chips = [{ bus: 'i2c-1', address: 0x48, type: 'tmp102' }]
const { config }: RelayPeerOptions = JSON.parse(process.argv[2] ?? '{}')
const node = await startNode({
  config: parseConfig(JSON.stringify({ ...CONFIG, ...config }), devices),
  world: simulatedWorld({ clock: systemClock, chips, models: chipModels }),
  log: silentLog
})
const { transports, relays, via, clients } = node.assembled
const { network } = transports
const { signal } = new AbortController()
let connection: Connection | undefined

await serveEcho(network)
await serveTransfer(network, TRANSFERRED)

async function meet({ peers, address }: RelayOrder & { op: 'meet' }): Promise<void> {
  for (const entry of peers) await node.operations.bookPut(entry)
  if (address !== undefined) await network.dial(multiaddr(address))
}

async function reserved(): Promise<void> {
  while (![...relays.reservations().values()].some(({ held }) => held)) await systemClock.sleep(50)
}

/** Over the way that the book names: direct, or over a relay. */
async function reach(peer: string): Promise<Connection | undefined> {
  await read(peer)
  return network.getConnections().find(({ remotePeer }) => remotePeer.toString() === peer)
}

async function read(peer: string): Promise<unknown> {
  return await clients.queries.read(peer, [TOPIC], { who: peer, n: 'air' }, signal)
}

function standing(): Connection {
  if (connection === undefined) throw new Error('there is no connection')
  return connection
}

async function carryOut(order: RelayOrder): Promise<unknown> {
  switch (order.op) {
    case 'meet':
      return await meet(order)
    case 'reserved':
      return await reserved()
    case 'open':
      connection = order.isVia ? await via.openVia([order.hop], order.peer, signal) : await reach(order.peer)
      return standing().limits !== undefined
    case 'read':
      return await timed({ lead: order.count, count: order.count }, () => read(order.peer))
    case 'echo':
      return await roundTrips(standing(), order.count)
    case 'transfer':
      return await transfer(standing(), TRANSFERRED)
    case 'close':
      return standing().abort(new Error('measured'))
  }
}

process.on('message', (order: RelayOrder) => {
  carryOut(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) })
  )
})
process.on('disconnect', () => process.exit())
process.send?.({ peer: node.peer })
