import { setTimeout as delay } from 'node:timers/promises'
import { Namespace, whyNoNamespaces } from '../../test/support/namespaces/namespaces.ts'
import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { summarize } from '../frame/statistics.ts'
import { type FarProgram, startFar } from './far-program.ts'

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
/** Milliseconds until the burst of the default rates is spent and the windows are open. */
const SETTLE = 3_000
/** As deploy/systemd/kith.service starts a node. */
const FLAGS = ['--max-old-space-size=96', '--max-semi-space-size=2']
const MIB = 2 ** 20
/** What both directions of a circuit may hold, what it takes of the heap besides, and garbage: docs/network.md. */
const WINDOWS = 512 * 1024
const OBJECTS = 64 * 1024
const GARBAGE = 16 * MIB

const columns: readonly Column[] = [
  { name: 'rates lifted', unit: 'Mbit/s', digits: 1 },
  { name: 'of the link', unit: '%', digits: 0 },
  { name: 'of direct', unit: '%', digits: 0 },
  { name: 'default rates', unit: 'KB/s', digits: 1 },
  { name: 'round trip', unit: 'ms', digits: 2 },
  { name: 'a hop more', unit: 'ms', digits: 2 }
]
const memoryColumns: readonly Column[] = [
  { name: 'before', unit: 'MB', digits: 1 },
  { name: 'with the circuits', unit: 'MB', digits: 1 },
  { name: 'more', unit: 'MB', digits: 1 }
]
const TITLE = 'Circuits through neighbours'

export const via: Bench = {
  name: 'via',
  what: 'Circuits through neighbours over links of 20 Mbit/s (tc tbf in network namespaces; needs root).',
  async measure({ isFull, tell }: Setting): Promise<Table[]> {
    const missing = whyNoNamespaces()
    if (missing !== false)
      return [{ title: TITLE, conditions: [], columns, rows: [{ name: 'via', figures: [], missing }] }]
    const time = isFull ? 8_000 : 3_000
    tell(`via, ${isFull ? 100 : 60} s`)
    const lifted = await withChain(LIFTED, LINK, (chain) => carried(chain, [1, 2, 3, 0], time))
    const usual = await withChain({}, LINK, (chain) => carried(chain, [1, 2, 3], time))
    const { rate: direct = Number.NaN, roundTrip: straight = Number.NaN } = lifted[3] ?? {}
    const rows = lifted.map(({ hops, rate, roundTrip }): Row => {
      const figures = [(8 * rate) / 1e6, (800 * rate) / LINK, (100 * rate) / direct]
      const slow = usual[hops - 1]?.rate
      return {
        name: hops === 0 ? 'direct' : `via ${hops}`,
        figures: [
          ...figures,
          slow === undefined ? undefined : slow / 1024,
          roundTrip,
          hops === 0 ? undefined : (roundTrip - straight) / hops
        ]
      }
    })
    return [{ title: TITLE, conditions: ['medians of 200 round trips'], columns, rows }, await memoryTable()]
  }
}

/** The memory of a hop whose 64 circuits are flooded from both ends and read by nobody. */
async function memoryTable(): Promise<Table> {
  const limits = { circuits: CIRCUITS, inbound: CIRCUITS, inboundPerPeer: CIRCUITS }
  const [before, after] = await withChain(limits, undefined, stalled)
  const rows = (['held', 'arrayBuffers', 'heapUsed', 'rss'] as const).map((key) => ({
    name: key,
    figures: [before[key], after[key], after[key] - before[key]].map((bytes) => bytes / MIB)
  }))
  const conditions = [`${after.circuits} circuits, flooded from both ends and read by nobody`]
  const failures = tooMuch(before, after)
  return { title: 'Memory of a hop', conditions, columns: memoryColumns, rows, failures }
}

function tooMuch(before: ViaMemory, after: ViaMemory): string[] {
  const windows = after.circuits * WINDOWS
  const most = windows + after.circuits * OBJECTS + GARBAGE
  const more = after.rss - before.rss
  return [
    ...(after.circuits === CIRCUITS ? [] : [`${after.circuits} circuits stand, of ${CIRCUITS}`]),
    ...(after.held <= windows + MIB ? [] : [`${after.held} bytes wait, of windows of ${windows}`]),
    ...(more <= most ? [] : [`the hop takes ${more} bytes, of ${most}`])
  ]
}

interface Carried {
  readonly hops: number
  /** Bytes a second. */
  readonly rate: number
  /** Milliseconds, the median. */
  readonly roundTrip: number
}

/** @param time milliseconds in which bytes are counted */
async function carried(chain: readonly ViaNode[], hops: readonly number[], time: number): Promise<Carried[]> {
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
    const rate = (await target.order({ op: 'rate', time })) as number
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
type ViaNode = FarProgram<ViaOrder>

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
    const script = new URL('peer.ts', import.meta.url)
    const chain = await Promise.all(
      machines.map((machine) => startFar<ViaOrder>(machine, script, { limits }, FLAGS))
    )
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

function at(chain: readonly ViaNode[], index: number): ViaNode {
  const node = chain[index]
  if (node === undefined) throw new Error('the chain is shorter')
  return node
}
