import { once } from 'node:events'
import type { Namespace } from '../../test/support/namespaces/namespaces.ts'

/** A program in a namespace, which is told what to do by messages. */
export interface FarProgram<Order> {
  readonly pid: number
  readonly peer: string
  /** @throws Error what the program threw */
  order(order: Order): Promise<unknown>
}

/** Milliseconds for an order. */
const DEADLINE = 60_000

/** Starts a program whose first message names its peer. @param flags of Node */
export async function startFar<Order extends { readonly op: string }>(
  machine: Namespace,
  script: URL,
  options: object,
  flags: readonly string[] = []
): Promise<FarProgram<Order>> {
  const { child, message } = await machine.start(script, options, flags)
  const { peer } = message as { peer: string }
  return {
    pid: child.pid ?? 0,
    peer,
    async order(order) {
      child.send(order)
      const [answer] = (await once(child, 'message', { signal: AbortSignal.timeout(DEADLINE) })) as [
        { result?: unknown; error?: string }
      ]
      if (answer.error !== undefined) throw new Error(`${order.op}: ${answer.error}`)
      return answer.result
    }
  }
}
