import { fork } from 'node:child_process'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../src/clock.ts'
import type { BindOptions, DatagramSocket, DatagramSockets } from '../../src/hal/datagram-socket.ts'
import { LinuxDatagramSockets } from '../../src/hal/linux/datagram-socket.ts'
import { type RealNode, realNode } from '../../test/support/datagram/libp2p.ts'
import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { summarize } from '../frame/statistics.ts'
import { askDatagram } from './asker.ts'
import { benchLimits } from './setting.ts'

const ASKS = 1000

/** UDP of this machine that keeps the last packet sent, as a listener on the path could. */
class Eavesdropped implements DatagramSockets {
  last = Buffer.alloc(0)

  async bind(options: BindOptions): Promise<DatagramSocket> {
    const socket = await new LinuxDatagramSockets().bind(options)
    const send: DatagramSocket['send'] = (bytes, port, address) => {
      this.last = Buffer.from(bytes)
      return socket.send(bytes, port, address)
    }
    return { family: socket.family, port: socket.port, send, close: () => socket.close() }
  }
}

const columns: readonly Column[] = [
  { name: 'p50', unit: 'us' },
  { name: 'p99', unit: 'us' },
  { name: 'asked' },
  { name: 'answered' },
  { name: 'RSS of the peer', unit: 'MB' }
]

export const flood: Bench = {
  name: 'datagram-flood',
  what: 'Datagrams are asked while a third process floods the answering node with unknown ids and forged tags.',
  async measure({ tell }: Setting): Promise<Table[]> {
    tell('datagram-flood')
    return [await underFlood()]
  }
}

async function underFlood(): Promise<Table> {
  const child = fork(new URL('peer.ts', import.meta.url))
  const [peer] = await once(child, 'message')
  const state = async (): Promise<{ rss: number; drops: Record<string, number> }> => {
    child.send('count')
    return (await once(child, 'message'))[0]
  }
  const sockets = new Eavesdropped()
  const [victim, other] = [
    await realNode({ limits: benchLimits, sockets }),
    await realNode({ limits: benchLimits })
  ]
  const askVictim = await requester(victim, peer)
  const ask = await requester(other, peer)
  await askVictim()
  await times(ask)
  const row = async (name: string): Promise<Row> => ({
    name,
    figures: [...(await times(ask)), (await state()).rss / 2 ** 20]
  })
  const rows = [await row('quiet')]
  const words = [`${peer.udp}`, sockets.last.toString('hex')]
  const flooder = fork(new URL('flooder.ts', import.meta.url), words)
  const began = performance.now()
  await systemClock.sleep(2000)
  for (let i = 1; i <= 3; i++) rows.push(await row(`flooded ${i}`))
  flooder.send('count')
  const [{ sent, heard }] = await once(flooder, 'message')
  const seconds = (performance.now() - began) / 1000
  flooder.disconnect()
  const { drops } = await state()
  await Promise.all([victim.stop(), other.stop()])
  child.disconnect()
  const conditions = [
    `flood: ${(sent / seconds).toFixed(0)} packets a second; ${heard} bytes were sent to the flooder`,
    `dropped: ${['unknown-cid', 'forged', 'discarded', 'replay'].map((one) => `${one} ${drops[one]}`).join(', ')}`
  ]
  return { title: 'Datagrams under a flood', conditions, columns, rows }
}

async function requester(
  node: RealNode,
  peer: { address: string; peer: string }
): Promise<() => Promise<unknown>> {
  await node.libp2p.dial(multiaddr(peer.address))
  return await askDatagram(node, peer.peer)
}

async function times(ask: () => Promise<unknown>): Promise<number[]> {
  const spent: number[] = []
  let answered = 0
  for (let i = 0; i < ASKS; i++) {
    const began = performance.now()
    await ask().then(
      () => answered++,
      () => {}
    )
    spent.push(performance.now() - began)
  }
  const { p50, p99 } = summarize(spent)
  return [1000 * p50, 1000 * p99, ASKS, answered]
}
