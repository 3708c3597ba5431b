/**
 * Asks while a third process floods the answering node: half with unknown connection ids, half with
 * forged tags under another session's id.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../src/clock.ts'
import type { BindOptions, DatagramSocket, DatagramSockets } from '../src/hal/datagram-socket.ts'
import { LinuxDatagramSockets } from '../src/hal/linux/datagram-socket.ts'
import { type RealNode, realNode } from '../test/support/datagram/libp2p.ts'
import { askDatagram } from './datagram-asker.ts'
import { benchLimits } from './datagram-setting.ts'
import { summarize, table } from './statistics.ts'

const ASKS = 3000

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

export async function measure(): Promise<void> {
  const child = fork(new URL('datagram-peer.ts', import.meta.url))
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
  const rows = [['', 'p50 ms', 'p99 ms', 'answered', 'peer RSS MB']]
  rows.push(['quiet', ...(await times(ask)), mega((await state()).rss)])
  const flooder = fork(new URL('datagram-flooder.ts', import.meta.url), [
    `${peer.udp}`,
    sockets.last.toString('hex')
  ])
  const began = performance.now()
  await systemClock.sleep(2000)
  for (let i = 0; i < 3; i++)
    rows.push([`flooded ${i + 1}`, ...(await times(ask)), mega((await state()).rss)])
  flooder.send('count')
  const [{ sent, heard }] = await once(flooder, 'message')
  const seconds = (performance.now() - began) / 1000
  flooder.disconnect()
  const { drops } = await state()
  console.log(table(rows))
  console.log(`flood: ${(sent / seconds).toFixed(0)} packets/s; ${heard} bytes were sent to the flooder`)
  console.log(
    `dropped: unknown-cid ${drops['unknown-cid']}, forged ${drops['forged']}, discarded ${drops['discarded']}, replay ${drops['replay']}`
  )
  await Promise.all([victim.stop(), other.stop()])
  child.disconnect()
}

async function requester(
  node: RealNode,
  peer: { address: string; peer: string }
): Promise<() => Promise<unknown>> {
  await node.libp2p.dial(multiaddr(peer.address))
  return await askDatagram(node, peer.peer)
}

async function times(ask: () => Promise<unknown>): Promise<string[]> {
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
  return [p50.toFixed(3), p99.toFixed(3), `${answered} of ${ASKS}`]
}

function mega(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0)
}
