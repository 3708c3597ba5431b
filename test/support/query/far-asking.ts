import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Status } from '../../../src/node/api/operations.ts'
import { type FarNode, Namespace } from '../namespaces/namespaces.ts'

export async function datagramCounter(node: FarNode, name: string): Promise<number> {
  return (await node.call<Status>('status')).counters[`datagram.${name}`] ?? 0
}

/** Asks by datagram. @returns what carried the question */
export async function askByDatagram(node: FarNode, who: string): Promise<'udp' | 'stream'> {
  const before = await datagramCounter(node, 'sent-stream')
  await node.call('ask', { who, by: 'datagram' })
  return (await datagramCounter(node, 'sent-stream')) === before ? 'udp' : 'stream'
}

/** Two hosts on a cable with a node each. @param net three numbers of their addresses */
export async function cabled(t: Test, net: string, config: Readonly<Record<string, unknown>>) {
  const [desk, hall] = [new Namespace('desk'), new Namespace('hall')]
  t.teardown(() => {
    desk.end()
    hall.end()
  })
  Namespace.cable(desk, `${net}.1/24`, hall, `${net}.2/24`)
  const [requester, asked] = await Promise.all([desk.node({ config }), hall.node({ config })])
  const who = `/ip4/${net}.2/tcp/4001/p2p/${asked.peer}`
  const isByUdp = async (): Promise<boolean> => (await askByDatagram(requester, who)) === 'udp'
  return { desk, hall, requester, asked, who, isByUdp }
}

/** Whether it comes true, tried again every fifth of a second; an error counts as not yet. */
export async function eventually(work: () => Promise<boolean>, tries: number): Promise<boolean> {
  for (let i = 0; i < tries; i++) {
    if (await work().catch(() => false)) return true
    await delay(200)
  }
  return false
}
