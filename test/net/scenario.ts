import { setTimeout as delay } from 'node:timers/promises'
import type { FarNode, Heard } from '../support/namespaces/namespaces.ts'

/** A network of namespaces in which something must hold. */
export interface Scenario {
  readonly name: string
  /** Seconds after which it counts as failed. */
  readonly deadline: number
  /** Why it cannot be run here; false where it can. */
  readonly whyNot?: () => string | false
  readonly run: (net: Net) => Promise<void>
}

/** What a scenario works with; what it makes ends with it. */
export class Net {
  readonly results: { readonly name: string; readonly passed: boolean }[] = []
  readonly #ends: (() => void)[] = []

  /** Something with an end, as a segment. */
  use<Made extends { end(): void }>(made: Made): Made {
    this.#ends.push(() => made.end())
    return made
  }

  check(name: string, passed: boolean): void {
    this.results.push({ name, passed })
    console.log(`  ${passed ? 'ok' : 'NOT OK'} ${name}`)
  }

  /** Checks that something comes true within so many seconds. An error counts as not yet. */
  async within(seconds: number, name: string, isTrue: () => Promise<boolean>): Promise<void> {
    const begun = performance.now()
    const passed = (): number => (performance.now() - begun) / 1000
    for (;;) {
      if (await isTrue().catch(() => false))
        return this.check(`${name}, after ${passed().toFixed(1)} s of ${seconds}`, true)
      if (passed() > seconds) return this.check(`${name} within ${seconds} s`, false)
      await delay(200)
    }
  }

  end(): void {
    for (const end of this.#ends.toReversed()) end()
  }
}

/** Waits while the network does what it does. */
export async function letPass(seconds: number): Promise<void> {
  await delay(1000 * seconds)
}

export async function heard(node: FarNode): Promise<Heard> {
  return await node.call<Heard>('heard')
}

/** Whether a node holds a reading of an author. */
export async function hears(node: FarNode, author: FarNode): Promise<boolean> {
  return (await heard(node)).readings.includes(author.peer)
}

/** The newest sequence number that a node holds of an author; -1 for none. */
export async function newest(node: FarNode, author: FarNode): Promise<number> {
  return (await heard(node)).newest[author.peer] ?? -1
}

export function addressAt(host: string, { peer }: FarNode): string {
  return `/ip4/${host}/tcp/4001/p2p/${peer}`
}
