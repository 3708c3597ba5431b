import { setTimeout as delay } from 'node:timers/promises'
import type { Status } from '../../../src/node/api/operations.ts'
import type { FarNode } from '../namespaces/namespaces.ts'

export async function datagramCounter(node: FarNode, name: string): Promise<number> {
  return (await node.call<Status>('status')).counters[`datagram.${name}`] ?? 0
}

/** Asks by datagram. @returns what carried the question */
export async function askByDatagram(node: FarNode, who: string): Promise<'udp' | 'stream'> {
  const before = await datagramCounter(node, 'sent-stream')
  await node.call('ask', { who, by: 'datagram' })
  return (await datagramCounter(node, 'sent-stream')) === before ? 'udp' : 'stream'
}

/** Whether it comes true, tried again every fifth of a second; an error counts as not yet. */
export async function eventually(work: () => Promise<boolean>, tries: number): Promise<boolean> {
  for (let i = 0; i < tries; i++) {
    if (await work().catch(() => false)) return true
    await delay(200)
  }
  return false
}
