import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { PeerView } from '../../src/node/api/operations.ts'
import type { FarNode, Heard, Kept } from '../support/namespaces/namespaces.ts'

/** A network of namespaces in which something must hold. */
export interface Scenario {
  readonly name: string
  /** Seconds after which it counts as failed. */
  readonly deadline: number
  /** Whether it needs the processors for itself; others run at the same time. */
  readonly isHeavy?: true
  /** Why it cannot be run here; false where it can. */
  readonly whyNot?: () => string | false
  readonly run: (net: Net) => Promise<void>
}

/** Scenarios that run at the same time: they wait for most of it. */
export const LANES = 3

/** What a scenario works with; what it makes ends with it. */
export class Net {
  readonly results: { readonly name: string; readonly passed: boolean }[] = []
  readonly #ends: (() => void)[] = []

  /** Something with an end, as a segment. */
  use<Made extends { end(): void }>(made: Made): Made {
    this.#ends.push(() => made.end())
    return made
  }

  /** A folder that ends with the scenario. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'kith-net-'))
    // A process that was killed may write for a moment.
    this.use({ end: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) })
    return folder
  }

  check(name: string, passed: boolean): void {
    this.results.push({ name, passed })
  }

  /** Checks that something comes true within so many seconds. An error counts as not yet. */
  async within(seconds: number, name: string, isTrue: () => Promise<boolean>): Promise<void> {
    await this.nothingLeft(seconds, name, async () => ((await isTrue()) ? [] : ['not yet']))
  }

  /** Checks that nothing is missing any longer within so many seconds; what is still missing then is said. */
  async nothingLeft(
    seconds: number,
    name: string,
    whatIsMissing: () => Promise<readonly string[]>
  ): Promise<void> {
    const begun = performance.now()
    const passed = (): number => (performance.now() - begun) / 1000
    for (;;) {
      const missing = await whatIsMissing().catch((cause: unknown) => [String(cause)])
      if (missing.length === 0)
        return this.check(`${name}, after ${passed().toFixed(1)} s of ${seconds}`, true)
      if (passed() > seconds) return this.check(`${name} within ${seconds} s: ${some(missing)}`, false)
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

/** Configuration of a node that keeps the readings of those in its book, and of all others that keep so. */
export const keepsAll = {
  purposes: ['meter'],
  store: [{ claimed: 'meter' }, 'thermometer', 'hall', 'left', 'right']
} as const

/** The last of what nodes have measured by now, by author. */
export async function measuredBy(...authors: readonly FarNode[]): Promise<ReadonlyMap<string, number>> {
  const lasts = authors.map(async (author) => {
    const kept = await keptBy(author)
    return [author.peer, lastOf(kept[author.peer])] as const
  })
  return new Map(await Promise.all(lasts))
}

/**
 * Whether a node keeps all that the authors had measured since it began to keep it, without a gap, under good
 * signatures, and its subscribers were handed each reading once and no more.
 */
export async function hasEachOnce(node: FarNode, measured: ReadonlyMap<string, number>): Promise<boolean> {
  return (await notOnce(node, measured)).length === 0
}

/** What is missing of {@link hasEachOnce}, by author. */
export async function notOnce(
  node: FarNode,
  measured: ReadonlyMap<string, number>
): Promise<readonly string[]> {
  const keptOf = await keptBy(node)
  return [...measured].flatMap(([author, until]) => {
    const kept = keptOf[author]
    if (author === node.peer || (kept !== undefined && isWhole(kept, until))) return []
    return `${node.peer} of ${author} until ${until}: ${JSON.stringify(kept ?? 'nothing')}`
  })
}

/** Readings that come meanwhile may have a gap before them that is not repaired yet. */
function isWhole({ runs, repeated, delivered, count, isSealed }: Kept, until: number): boolean {
  const hasGap = runs.slice(0, -1).some((ranges) => ranges.length > 1)
  const [, to = -1] = runs.at(-1)?.[0] ?? []
  return !hasGap && to >= until && repeated === 0 && delivered >= count && isSealed
}

/** The last seq of the newest run. */
function lastOf(kept: Kept | undefined): number {
  return kept?.runs.at(-1)?.at(-1)?.[1] ?? 0
}

function some(missing: readonly string[]): string {
  return `${missing.slice(0, 5).join('; ')}${missing.length > 5 ? `; ${missing.length - 5} more` : ''}`
}

async function keptBy(node: FarNode): Promise<Readonly<Record<string, Kept>>> {
  return await node.call('kept')
}

/** The path to a peer, as `kith peers` shows it. */
export async function pathTo(node: FarNode, { peer }: FarNode): Promise<PeerView['path'] | undefined> {
  return (await node.call<PeerView[]>('peers')).find((one) => one.peer === peer)?.path
}

export function addressAt(host: string, { peer }: FarNode): string {
  return `/ip4/${host}/tcp/4001/p2p/${peer}`
}
