/**
 * Circuits through neighbours over links of 20 Mbit/s (tc tbf in network namespaces; needs root): what they carry with
 * the rates lifted and with the default ones, the round trip by hops, and the memory of a hop whose 64 circuits are
 * flooded from both ends and read by nobody. It fails where that is more than docs/network.md says.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Namespace, whyNoNamespaces } from '../test/support/namespaces/namespaces.ts'
import { summarize, table } from './statistics.ts'

export type ViaOrder =
  | { readonly op: 'meet'; readonly peers: readonly string[]; readonly address?: string }
  | { readonly op: 'open'; readonly path: readonly string[]; readonly peer: string }
  | { readonly op: 'close'; readonly isCircuit: boolean }
  | { readonly op: 'echo'; readonly count: number }
  | { readonly op: 'circuits'; readonly hop: string; readonly peer: string; readonly count: number }
  | { readonly op: 'rate'; readonly time: number }
  | { readonly op: 'flood' | 'stall' | 'memory' }

/** Bytes of a process; those of JavaScript after a collection of garbage, the others before. */
export interface ViaMemory {
  readonly rss: number
  readonly heapUsed: number
  readonly arrayBuffers: number
  /** Carried, and the memory in which their bytes wait. */
  readonly circuits: number
  readonly held: number
}

export interface ViaPeerOptions {
  /** `limits.via` of the configuration. */
  readonly limits: Readonly<Record<string, string | number>>
}

const LINK = 20_000_000
const NODES = 5
const CIRCUITS = 64
const LIFTED = { rate: '1GiB', totalRate: '1GiB', burst: '64MiB' }
/** Milliseconds: after the first the burst of the default rates is spent and the windows are open. */
const SETTLE = 3_000
const WINDOW = 8_000
/** As deploy/systemd/kith.service starts a node. */
const FLAGS = ['--max-old-space-size=96', '--max-semi-space-size=2']
const MIB = 2 ** 20
/** What both directions of a circuit may hold, what it takes of the heap besides, and garbage: docs/network.md. */
const WINDOWS = 512 * 1024
const OBJECTS = 64 * 1024
const GARBAGE = 16 * MIB

export async function measure(): Promise<void> {
  const reason = whyNoNamespaces()
  if (reason !== false) {
    console.log(`skipped: ${reason}`)
    return
  }
  const lifted = await withChain(LIFTED, LINK, (chain) => carried(chain, [1, 2, 3, 0]))
  const usual = await withChain({}, LINK, (chain) => carried(chain, [1, 2, 3]))
  const { rate: direct = Number.NaN, roundTrip: straight = Number.NaN } = lifted[3] ?? {}
  const rows = lifted.map(({ hops, rate, roundTrip }) => [
    hops === 0 ? 'direct' : `via ${hops}`,
    ((8 * rate) / 1e6).toFixed(1),
    `${((800 * rate) / LINK).toFixed(0)} %`,
    `${((100 * rate) / direct).toFixed(0)} %`,
    hops === 0 ? '' : ((usual[hops - 1]?.rate ?? Number.NaN) / 1024).toFixed(1),
    roundTrip.toFixed(2),
    hops === 0 ? '' : ((roundTrip - straight) / hops).toFixed(2)
  ])
  const head = [
    '',
    'Mbit/s, rates lifted',
    'of the link',
    'of direct',
    'KiB/s, default rates',
    'round trip ms',
    'ms more a hop'
  ]
  console.log(table([head, ...rows]))
  await measureMemory()
}

/** @throws Error where the hop takes more than it may */
async function measureMemory(): Promise<void> {
  const limits = { circuits: CIRCUITS, inbound: CIRCUITS, inboundPerPeer: CIRCUITS }
  const [before, after] = await withChain(limits, undefined, stalled)
  const rows = (['held', 'arrayBuffers', 'heapUsed', 'rss'] as const).map((key) => [
    key,
    ...[before[key], after[key], after[key] - before[key]].map((bytes) => (bytes / MIB).toFixed(1))
  ])
  console.log(table([['', 'MiB before', `with ${after.circuits} circuits`, 'more'], ...rows]))
  const windows = after.circuits * WINDOWS
  const most = windows + after.circuits * OBJECTS + GARBAGE
  if (after.circuits !== CIRCUITS) throw new Error(`${after.circuits} circuits stand, of ${CIRCUITS}`)
  if (after.held > windows + MIB) throw new Error(`${after.held} bytes wait, of windows of ${windows}`)
  if (after.rss - before.rss > most)
    throw new Error(`the hop takes ${after.rss - before.rss} bytes, of ${most}`)
}

interface Carried {
  readonly hops: number
  /** Bytes a second. */
  readonly rate: number
  /** Milliseconds, the median. */
  readonly roundTrip: number
}

async function carried(chain: readonly ViaNode[], hops: readonly number[]): Promise<Carried[]> {
  const results: Carried[] = []
  for (const count of hops) {
    const [first, target] = [at(chain, 0), at(chain, count + 1)]
    await first.order({
      op: 'open',
      path: chain.slice(1, count + 1).map(({ peer }) => peer),
      peer: target.peer
    })
    const times = (await first.order({ op: 'echo', count: 200 })) as number[]
    await first.order({ op: 'flood' })
    await delay(SETTLE)
    const rate = (await target.order({ op: 'rate', time: WINDOW })) as number
    await first.order({ op: 'close', isCircuit: count > 0 })
    await delay(1_000)
    results.push({ hops: count, rate, roundTrip: summarize(times).p50 })
  }
  return results
}

/** Before and after the circuits of a hop are full. */
async function stalled(chain: readonly ViaNode[]): Promise<[ViaMemory, ViaMemory]> {
  const [first, hop, last] = [at(chain, 0), at(chain, 1), at(chain, 2)]
  await last.order({ op: 'stall' })
  const before = (await hop.order({ op: 'memory' })) as ViaMemory
  await first.order({ op: 'circuits', hop: hop.peer, peer: last.peer, count: CIRCUITS })
  await delay(SETTLE)
  return [before, (await hop.order({ op: 'memory' })) as ViaMemory]
}

/** A node of the chain, in a process and a namespace of its own. */
interface ViaNode {
  readonly peer: string
  order(order: ViaOrder): Promise<unknown>
}

/** Nodes in a row, each with a cable to the next. @param bits that a cable carries a second, both ways */
async function withChain<T>(
  limits: ViaPeerOptions['limits'],
  bits: number | undefined,
  work: (chain: readonly ViaNode[]) => Promise<T>
): Promise<T> {
  const machines = Array.from({ length: NODES }, (_, i) => new Namespace(`v${i}`))
  try {
    for (const [i, machine] of machines.entries()) {
      const next = machines[i + 1]
      if (next === undefined) continue
      Namespace.cable(machine, `10.60.${i}.1/24`, next, `10.60.${i}.2/24`)
      if (bits === undefined) continue
      machine.shape(`to-${next.label}`, bits)
      next.shape(`to-${machine.label}`, bits)
    }
    const script = new URL('via-peer.ts', import.meta.url)
    const started = await Promise.all(machines.map((machine) => machine.start(script, { limits }, FLAGS)))
    const chain = started.map(({ child, message }) => ({
      peer: (message as { peer: string }).peer,
      order: (order: ViaOrder) => ordered(child, order)
    }))
    const peers = chain.map(({ peer }) => peer)
    for (const [i, node] of chain.entries()) {
      const next = chain[i + 1]
      const address = next && { address: `/ip4/10.60.${i}.2/tcp/4001/p2p/${next.peer}` }
      await node.order({ op: 'meet', peers, ...address })
    }
    return await work(chain)
  } finally {
    for (const machine of machines) machine.end()
  }
}

async function ordered(child: ChildProcess, order: ViaOrder): Promise<unknown> {
  child.send(order)
  const [answer] = (await once(child, 'message', { signal: AbortSignal.timeout(60_000) })) as [
    { result?: unknown; error?: string }
  ]
  if (answer.error !== undefined) throw new Error(`${order.op}: ${answer.error}`)
  return answer.result
}

function at(chain: readonly ViaNode[], index: number): ViaNode {
  const node = chain[index]
  if (node === undefined) throw new Error('the chain is shorter')
  return node
}
