/**
 * A request and its answer of 200 bytes each, across processes on loopback: raw UDP, an encrypted datagram,
 * CoAP, a libp2p stream that is kept open. Then a `read` with its answer verified (datagram-query.ts), and
 * datagrams one way with the memory that each allocates.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { lpStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../src/clock.ts'
import { type RealNode, realNode } from '../test/support/datagram/libp2p.ts'
import { askDatagram } from './datagram-asker.ts'
import { readers } from './datagram-query.ts'
import { benchLimits, COUNT_PROTOCOL, PAYLOAD, STREAM_PROTOCOL } from './datagram-setting.ts'
import { alternate, summarize, table } from './statistics.ts'

interface Peer {
  readonly address: string
  readonly peer: string
  readonly raw: number
  readonly counter: number
  readonly coap?: number
}

type Ask = () => Promise<unknown>

const STACK = ['libp2p', '@libp2p/yamux', '@libp2p/noise']

export async function measure(): Promise<void> {
  const child = fork(new URL('datagram-peer.ts', import.meta.url))
  const [peer] = (await once(child, 'message')) as [Peer]
  const node = await realNode({ limits: benchLimits })
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  try {
    await node.libp2p.dial(multiaddr(peer.address))
    await latency(node, socket, peer)
    await throughput(node, socket, peer, child)
  } finally {
    socket.close()
    await node.stop()
    child.disconnect()
  }
}

async function latency(node: RealNode, socket: Socket, peer: Peer): Promise<void> {
  const reads = readers(node, peer.peer)
  const contenders = new Map<string, Ask>([
    ['raw node:dgram', askRaw(socket, peer.raw)],
    ['kith datagram', await askDatagram(node, peer.peer)],
    ['open libp2p stream', await askStream(node, peer.peer)],
    ['read, by datagram', reads.datagram],
    ['read, over a stream', reads.stream]
  ])
  const coap = await askCoap(peer.coap)
  if (coap === undefined) console.log('node-coap is not installed: left out')
  else contenders.set('node-coap', coap)
  const times = await alternate(contenders, { rounds: 40, batch: 250, lead: 250, warmup: 1500 })
  const raw = summarize(times.get('raw node:dgram') ?? [])
  const rows = [['request and answer', 'p50 ms', 'p99 ms', 'p50 x raw', 'p99 x raw']]
  for (const [name, list] of times) {
    const { p50, p99 } = summarize(list)
    rows.push([name, p50.toFixed(3), p99.toFixed(3), (p50 / raw.p50).toFixed(2), (p99 / raw.p99).toFixed(2)])
  }
  console.log(
    `${PAYLOAD} bytes each way, ${raw.count} times each, by turns; ${versions(coap === undefined ? [] : ['coap'])}`
  )
  console.log(table(rows))
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

/** One way at full speed for a second, in bursts between which the event loop runs. */
async function throughput(node: RealNode, socket: Socket, peer: Peer, child: ChildProcess): Promise<void> {
  const flow = await node.datagrams.open(peer.peer, [COUNT_PROTOCOL], { receive: () => {} })
  const payload = Buffer.alloc(PAYLOAD, 2)
  const rows = [['one way', 'sent/s', 'received/s', 'bytes allocated a packet']]
  const senders: [string, () => unknown][] = [
    ['raw node:dgram', () => socket.send(payload, peer.counter, '127.0.0.1')],
    ['kith datagram', () => flow.send(payload)]
  ]
  const results: { received: number }[] = []
  for (const [name, send] of senders) {
    await blast(send, child, 300)
    const { sent, received, allocated } = await blast(send, child, 2000)
    results.push({ received })
    rows.push([name, sent.toFixed(0), received.toFixed(0), allocated.toFixed(0)])
  }
  console.log(`\n${table(rows)}`)
  console.log(
    `kith : raw received = ${((results[1]?.received ?? 0) / (results[0]?.received ?? 1)).toFixed(2)}`
  )
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

function versions(others: readonly string[]): string {
  const of = (name: string): string => {
    const text = readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')
    return `${name} ${JSON.parse(text).version}`
  }
  return [...STACK, ...others].map(of).join(', ')
}
