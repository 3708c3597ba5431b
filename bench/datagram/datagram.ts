import { type ChildProcess, fork } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../src/clock.ts'
import { type RealNode, realNode } from '../../test/support/datagram/libp2p.ts'
import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { alternate, summarize } from '../frame/statistics.ts'
import { versions } from '../frame/versions.ts'
import { askDatagram } from './asker.ts'
import { readers } from './reads.ts'
import { benchLimits, COUNT_PROTOCOL, PAYLOAD, STREAM_PROTOCOL } from './setting.ts'

interface Peer {
  readonly address: string
  readonly peer: string
  readonly raw: number
  readonly counter: number
  readonly coap?: number
}

type Ask = () => Promise<unknown>

const STACK = ['libp2p', '@libp2p/yamux', '@libp2p/noise']

const columns: readonly Column[] = [
  { name: 'p50', unit: 'us' },
  { name: 'p99', unit: 'us' },
  { name: 'p50', unit: 'x raw', digits: 2 }
]
const oneWayColumns: readonly Column[] = [
  { name: 'sent', unit: '1/s' },
  { name: 'received', unit: '1/s' },
  { name: 'allocated', unit: 'B a packet' },
  { name: 'received', unit: 'x raw', digits: 2 }
]

export const datagram: Bench = {
  name: 'datagram',
  what: 'Datagrams of 200 bytes between two processes: asked and answered, and one way at full speed.',
  async measure({ tell }: Setting): Promise<Table[]> {
    tell('datagram')
    const child = fork(new URL('peer.ts', import.meta.url))
    const [peer] = (await once(child, 'message')) as [Peer]
    const node = await realNode({ limits: benchLimits })
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    try {
      await node.libp2p.dial(multiaddr(peer.address))
      return [await latency(node, socket, peer), await throughput(node, socket, peer, child)]
    } finally {
      socket.close()
      await node.stop()
      child.disconnect()
    }
  }
}

async function latency(node: RealNode, socket: Socket, peer: Peer): Promise<Table> {
  const reads = readers(node, peer.peer)
  const contenders = new Map<string, Ask>([
    ['raw node:dgram', askRaw(socket, peer.raw)],
    ['kith datagram', await askDatagram(node, peer.peer)],
    ['open libp2p stream', await askStream(node, peer.peer)],
    ['read, by datagram', reads.datagram],
    ['read, over a stream', reads.stream]
  ])
  const coap = await askCoap(peer.coap)
  if (coap !== undefined) contenders.set('node-coap', coap)
  const times = await alternate(contenders, { rounds: 40, batch: 250, lead: 250, warmup: 1500 })
  const raw = summarize(times.get('raw node:dgram') ?? [])
  const rows = Array.from(times, ([name, list]): Row => {
    const { p50, p99 } = summarize(list)
    return { name, figures: [1000 * p50, 1000 * p99, p50 / raw.p50] }
  })
  if (coap === undefined)
    rows.push({ name: 'node-coap', figures: [], missing: 'npm install of the development packages' })
  const conditions = [`${PAYLOAD} bytes each way, ${raw.count} times each, by turns`, versions(...STACK)]
  return { title: 'Request and answer', conditions, columns, rows }
}

function askRaw(socket: Socket, port: number): Ask {
  const request = Buffer.alloc(PAYLOAD, 1)
  let answered: (bytes: Buffer) => void = () => {}
  socket.on('message', (bytes) => answered(bytes))
  return () =>
    new Promise((resolve) => {
      answered = resolve
      socket.send(request, port, '127.0.0.1')
    })
}

async function askStream(node: RealNode, peer: string): Promise<Ask> {
  const [connection] = node.libp2p.getConnections().filter(({ remotePeer }) => remotePeer.toString() === peer)
  if (connection === undefined) throw new Error('not connected')
  const frames = lpStream(await connection.newStream(STREAM_PROTOCOL), { maxDataLength: 2048 })
  const request = Buffer.alloc(PAYLOAD, 1)
  return async () => {
    await frames.write(request)
    return await frames.read()
  }
}

async function askCoap(port: number | undefined): Promise<Ask | undefined> {
  if (port === undefined) return undefined
  const name = 'coap'
  const coap = await import(name)
  const agent = new coap.Agent({ type: 'udp4' })
  return () =>
    new Promise((resolve, reject) => {
      const request = coap.request({ hostname: '127.0.0.1', port, pathname: '/t', confirmable: true, agent })
      request.on('response', resolve)
      request.on('error', reject)
      request.end()
    })
}

/** One way at full speed for two seconds, in bursts between which the event loop runs. */
async function throughput(node: RealNode, socket: Socket, peer: Peer, child: ChildProcess): Promise<Table> {
  const flow = await node.datagrams.open(peer.peer, [COUNT_PROTOCOL], { receive: () => {} })
  const payload = Buffer.alloc(PAYLOAD, 2)
  const senders: [string, () => unknown][] = [
    ['raw node:dgram', () => socket.send(payload, peer.counter, '127.0.0.1')],
    ['kith datagram', () => flow.send(payload)]
  ]
  const rows: Row[] = []
  for (const [name, send] of senders) {
    await blast(send, child, 300)
    const { sent, received, allocated } = await blast(send, child, 2000)
    const raw = rows[0]?.figures[1] ?? received
    rows.push({ name, figures: [sent, received, allocated, received / raw] })
  }
  return { title: 'One way', conditions: [`${PAYLOAD} bytes`], columns: oneWayColumns, rows }
}

async function blast(
  send: () => unknown,
  child: ChildProcess,
  ms: number
): Promise<{ sent: number; received: number; allocated: number }> {
  await count(child)
  const began = performance.now()
  const before = allocatedBytes()
  let sent = 0
  let elapsed = 0
  let allocated = 0
  let mark = before
  while (elapsed < ms) {
    for (let i = 0; i < 64; i++) send()
    sent += 64
    // A garbage collection between two marks makes the difference wrong: the step is not counted, its packets are.
    const now = allocatedBytes()
    if (now > mark) allocated += now - mark
    mark = now
    await new Promise((resolve) => setImmediate(resolve))
    elapsed = performance.now() - began
  }
  await systemClock.sleep(100)
  const received = await count(child)
  return { sent: (1000 * sent) / elapsed, received: (1000 * received) / elapsed, allocated: allocated / sent }
}

function allocatedBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function count(child: ChildProcess): Promise<number> {
  child.send('count')
  const [{ counted }] = (await once(child, 'message')) as [{ counted: number }]
  return counted
}
