/**
 * From one process to the other by gossip: the time until a pack is verified and in the hub, and how many
 * readings a second one subscriber takes. Beside it gossip of bare js-libp2p, which
 * signs and verifies its messages by itself, with as many bytes.
 */
import { summarize, table } from '../statistics.ts'
import { type Delivered, type Pair, withPair } from './pair.ts'
import type { Contender } from './pair-messages.ts'
import { versions } from './versions.ts'

export interface GossipOptions {
  readonly rounds: number
  /** Messages of each contender a round. */
  readonly batch: number
  /** Milliseconds between two. */
  readonly spacing: number
  /** Messages of each contender as fast as they are taken, a round. */
  readonly crowd: number
}

export interface Throughput {
  readonly name: string
  /** Of each round. */
  readonly messages: readonly number[]
  readonly readings: readonly number[]
  /** Bytes of a message. */
  readonly size: number
}

export interface Gossiped {
  readonly latency: ReadonlyMap<Contender, readonly Delivered[]>
  readonly throughput: readonly Throughput[]
}

const usual: GossipOptions = { rounds: 5, batch: 200, spacing: 10, crowd: 2000 }
/** More than fit into a pack. */
const FULL = 128
const KINDS: readonly { name: string; by: Contender; readings: number }[] = [
  { name: 'kith, one reading a pack', by: 'kith', readings: 1 },
  { name: 'kith, full packs', by: 'kith', readings: FULL },
  { name: 'bare, signed by libp2p', by: 'bare', readings: 1 }
]

export async function measure(): Promise<void> {
  const { rounds, batch, spacing, crowd } = usual
  console.log(versions('libp2p', '@libp2p/gossipsub'))
  const { latency, throughput } = await withPair((pair) => measureGossip(pair, usual))
  console.log(`one at a time, ${rounds * batch} each by turns, ${spacing} ms apart`)
  console.log(latencyTable(latency))
  console.log(`\nas fast as they are taken, ${rounds} times ${crowd} each by turns; a second, and medians`)
  console.log(throughputTable(throughput))
}

export async function measureGossip(pair: Pair, options: GossipOptions): Promise<Gossiped> {
  const size = await sizeOfOne(pair)
  const latency = await latencies(pair, size, options)
  return { latency, throughput: await throughputs(pair, size, options) }
}

/** Bytes of a pack of one reading. The first of each contender also wait until both sides have subscribed. */
async function sizeOfOne(pair: Pair): Promise<number> {
  const warmup = { count: 50, readings: 1, spacing: 1 }
  const [first] = await pair.deliver({ ...warmup, by: 'kith', size: 0 })
  const size = first?.size ?? 0
  await pair.deliver({ ...warmup, by: 'bare', size })
  return size
}

async function latencies(
  pair: Pair,
  size: number,
  { rounds, batch, spacing }: GossipOptions
): Promise<Map<Contender, Delivered[]>> {
  const all = new Map<Contender, Delivered[]>([
    ['kith', []],
    ['bare', []]
  ])
  for (let round = 0; round < rounds; round++) {
    for (const [by, list] of all)
      list.push(...(await pair.deliver({ by, count: batch, readings: 1, size, spacing })))
  }
  return all
}

async function throughputs(
  pair: Pair,
  size: number,
  { rounds, crowd }: GossipOptions
): Promise<Throughput[]> {
  const all = KINDS.map((kind) => ({
    ...kind,
    messages: [] as number[],
    readings: [] as number[],
    each: kind.readings,
    size
  }))
  for (let round = 0; round < rounds; round++) {
    for (const kind of all) {
      const delivered = await pair.deliver({
        by: kind.by,
        count: crowd,
        readings: kind.each,
        size,
        spacing: 0
      })
      const seconds = ((delivered.at(-1)?.came ?? Number.NaN) - (delivered[0]?.sent ?? Number.NaN)) / 1000
      kind.messages.push(delivered.length / seconds)
      kind.readings.push(delivered.reduce((sum, one) => sum + one.readings, 0) / seconds)
      kind.size = delivered[0]?.size ?? Number.NaN
    }
  }
  return all
}

function latencyTable(latency: ReadonlyMap<Contender, readonly Delivered[]>): string {
  const [kith = [], bare = []] = [latency.get('kith'), latency.get('bare')]
  const lists: [string, number[]][] = [
    ['bare, signed by libp2p: published to delivered', bare.map(({ came, sent }) => came - sent)],
    ['kith: published to verified in the hub', kith.map(({ came, sent }) => came - sent)],
    ['kith: the same, with sealing', kith.map(({ came, began }) => came - began)]
  ]
  const base = summarize(lists[0]?.[1] ?? [])
  const rows = lists.map(([name, list]) => {
    const { min, p50, p99 } = summarize(list)
    const ms = [min, p50, p99].map((one) => one.toFixed(3))
    return [name, ...ms, (p50 / base.p50).toFixed(2), (p99 / base.p99).toFixed(2)]
  })
  return table([['', 'min ms', 'p50 ms', 'p99 ms', 'p50 x bare', 'p99 x bare'], ...rows])
}

function throughputTable(all: readonly Throughput[]): string {
  const bare = summarize(all.at(-1)?.messages ?? []).p50
  const rows = all.map(({ name, size, messages, readings }) => {
    const { min, p50 } = summarize(messages)
    const numbers = [size, min, p50, summarize(readings).p50].map((one) => one.toFixed(0))
    return [name, ...numbers, (p50 / bare).toFixed(2)]
  })
  return table([['', 'bytes', 'messages, min', 'messages', 'readings', 'messages x bare'], ...rows])
}
