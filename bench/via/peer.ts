/** A node in a namespace that floods others over circuits, counts what arrives, and answers; ordered by messages. */
import { setTimeout } from 'node:timers/promises'
import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../src/clock.ts'
import { parseConfig } from '../../src/config/load.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { startNode } from '../../src/node/run-node.ts'
import { prefixed } from '../../src/protocol/frame-splitter.ts'
import { encodeOpen, encodeStatus } from '../../src/protocol/via/codec.ts'
import { VIA_PROTOCOL } from '../../src/protocol/via/index.ts'
import { heap } from '../frame/serve.ts'
import { roundTrips, send, serveEcho } from './traffic.ts'
import type { ViaMemory, ViaOrder, ViaPeerOptions } from './via.ts'

const BYTES = '/bench/bytes/v1'

const { limits }: ViaPeerOptions = JSON.parse(process.argv[2] ?? '{}')
const node = await startNode({
  config: parseConfig(
    JSON.stringify({
      listen: ['/ip4/0.0.0.0/tcp/4001'],
      mdns: false,
      accept: 'anyone',
      datagrams: { enabled: false },
      limits: { via: limits }
    }),
    []
  ),
  world: simulatedWorld({ clock: systemClock }),
  log: silentLog
})
const { network } = node.assembled.transports
const { via } = node.assembled
/** What came since the count began: bytes after the first arrival, and when the first and the last was. */
let count = { bytes: 0, first: Number.NaN, last: Number.NaN }
let connection: Connection | undefined

const options = { runOnLimitedConnection: true }
await network.handle(
  BYTES,
  (stream) => stream.addEventListener('message', ({ data }) => arrived(data.byteLength)),
  options
)
await serveEcho(network)

function arrived(bytes: number): void {
  const now = performance.now()
  if (Number.isNaN(count.first)) count.first = now
  else count.bytes += bytes
  count.last = now
}

/**
 * Bytes a second that arrive, over so many milliseconds. From one arrival to another: whole frames arrive, of 32 KiB
 * and more, so that a fixed time would count one too many or too few.
 */
async function rate(time: number): Promise<number> {
  count = { bytes: 0, first: Number.NaN, last: Number.NaN }
  await setTimeout(time)
  return (1000 * count.bytes) / (count.last - count.first)
}

async function open(protocol: string): Promise<Stream> {
  return await standing().newStream(protocol, options)
}

function standing(): Connection {
  if (connection === undefined) throw new Error('there is no connection')
  return connection
}

/** Takes every circuit, sends over it and reads nothing. */
async function stall(): Promise<void> {
  await network.unhandle(VIA_PROTOCOL)
  await network.handle(
    VIA_PROTOCOL,
    (stream) => {
      stream.send(prefixed(encodeStatus(undefined)))
      stream.pause()
      send(stream)
    },
    { maxInboundStreams: 1024 }
  )
}

async function floodCircuits(hop: string, to: string, count: number): Promise<void> {
  const [direct] = network.getConnections().filter(({ remotePeer }) => remotePeer.toString() === hop)
  if (direct === undefined) throw new Error('the hop is not connected')
  for (let i = 0; i < count; i++) {
    const stream = await direct.newStream(VIA_PROTOCOL, { maxOutboundStreams: 1024 })
    stream.send(prefixed(encodeOpen({ to: [to], from: [] })))
    stream.pause()
    send(stream)
  }
}

function memory(): ViaMemory {
  const { rss, heapUsed, arrayBuffers } = heap()
  const { circuits = 0, held = 0 } = via.counters
  return { rss, heapUsed, arrayBuffers, circuits, held }
}

async function carryOut(order: ViaOrder): Promise<unknown> {
  switch (order.op) {
    case 'meet':
      for (const [i, peer] of order.peers.entries())
        if (peer !== node.peer) await node.operations.bookPut({ name: `p${i}`, who: peer })
      if (order.address !== undefined) await network.dial(multiaddr(order.address))
      return undefined
    case 'open': {
      const signal = AbortSignal.timeout(10_000)
      const direct = network.getConnections().find(({ remotePeer }) => remotePeer.toString() === order.peer)
      connection = order.path.length === 0 ? direct : await via.openVia(order.path, order.peer, signal)
      return undefined
    }
    case 'flood':
      send(await open(BYTES))
      return undefined
    case 'close':
      for (const stream of [...(connection?.streams ?? [])])
        if (stream.protocol === BYTES) stream.abort(new Error('measured'))
      if (order.isCircuit) connection?.abort(new Error('measured'))
      return undefined
    case 'echo':
      return await roundTrips(standing(), order.count)
    case 'rate':
      return await rate(order.time)
    case 'stall':
      return await stall()
    case 'circuits':
      return await floodCircuits(order.hop, order.peer, order.count)
    case 'memory':
      return memory()
  }
}

process.on('message', (order: ViaOrder) => {
  carryOut(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) })
  )
})
process.on('disconnect', () => process.exit())
process.send?.({ peer: node.peer })
