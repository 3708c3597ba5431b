import { systemClock } from '../../src/clock.ts'
import type { FarNode } from '../support/namespaces/namespaces.ts'

/** How a peer was served: answers, failures, and milliseconds of the slowest answer. */
export interface Served {
  answers: number
  failures: number
  slowest: number
}

/** Milliseconds between two questions of the same peer. */
const PAUSE = 500

/** One question to the node, over a connection that is made where there is none. @throws Error without an answer */
export async function askOnce(node: FarNode, address: string, peer: string): Promise<void> {
  await node.call('dial', address)
  const answers = await node.call<unknown[]>('ask', { who: peer, by: 'stream' })
  if (answers.length === 0) throw new Error('the answer is empty')
}

/** Asks again and again until the signal aborts. */
export async function askUntil(
  node: FarNode,
  { address, peer, signal }: { address: string; peer: string; signal: AbortSignal }
): Promise<Served> {
  const served: Served = { answers: 0, failures: 0, slowest: 0 }
  while (!signal.aborted) {
    const began = performance.now()
    try {
      await askOnce(node, address, peer)
      served.answers += 1
    } catch {
      served.failures += 1
    }
    served.slowest = Math.max(served.slowest, performance.now() - began)
    await systemClock.sleep(PAUSE)
  }
  return served
}
