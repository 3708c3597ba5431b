import { type ChildProcess, fork } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../src/clock.ts'
import { type RealNode, realNode } from '../../test/support/datagram/libp2p.ts'
import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { benchLimits, COUNT_PROTOCOL, PAYLOAD } from './setting.ts'

interface Peer {
  readonly address: string
  readonly peer: string
  readonly counter: number
}

const oneWayColumns: readonly Column[] = [
  { name: 'sent', unit: '1/s' },
  { name: 'received', unit: '1/s' },
  { name: 'allocated', unit: 'B a packet' },
  { name: 'received', unit: 'x raw', digits: 2 }
]

export const datagram: Bench = {
  name: 'datagram',
  what: 'Datagrams of 200 bytes one way at full speed, raw and encrypted, and the memory that each allocates.',
  async measure({ tell }: Setting): Promise<Table[]> {
    tell('datagram')
    const child = fork(new URL('peer.ts', import.meta.url))
    const [peer] = (await once(child, 'message')) as [Peer]
    const node = await realNode({ limits: benchLimits })
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    try {
      await node.libp2p.dial(multiaddr(peer.address))
      return [await throughput(node, socket, peer, child)]
    } finally {
      socket.close()
      await node.stop()
      child.disconnect()
    }
  }
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
