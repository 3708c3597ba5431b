import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { summarize } from '../frame/statistics.ts'
import { versions } from '../frame/versions.ts'
import { type Delivered, type Pair, withPair } from './pair.ts'
import type { Contender } from './pair-messages.ts'

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

export const gossip: Bench = {
  name: 'gossip',
  what: 'From one process to the other by gossip: the time until a pack is verified and in the hub, and packs a second.',
  async measure({ isFull, tell }: Setting): Promise<Table[]> {
    tell('gossip')
    const options = isFull ? { ...usual, rounds: 3 * usual.rounds } : usual
    const { latency, throughput } = await withPair((pair) => measureGossip(pair, options))
    const conditions = [`${options.rounds} rounds by turns`, versions('libp2p', '@libp2p/gossipsub')]
    return [
      { title: 'Publish to verified', conditions, columns: timeColumns, rows: timeRows(latency) },
      { title: 'As fast as they are taken', conditions, columns: rateColumns, rows: rateRows(throughput) }
    ]
  }
}

const timeColumns: readonly Column[] = [
  { name: 'min', unit: 'us' },
  { name: 'p50', unit: 'us' },
  { name: 'p99', unit: 'us' },
  { name: 'p50', unit: 'x bare', digits: 2 }
]
const rateColumns: readonly Column[] = [
  { name: 'size', unit: 'B' },
  { name: 'packs', unit: '1/s' },
  { name: 'readings', unit: '1/s' },
  { name: 'packs', unit: 'x bare', digits: 2 }
]

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

function timeRows(latency: ReadonlyMap<Contender, readonly Delivered[]>): Row[] {
  const [kith = [], bare = []] = [latency.get('kith'), latency.get('bare')]
  const lists: [string, number[]][] = [
    ['js-libp2p, signed', bare.map(({ came, sent }) => came - sent)],
    ['kith: published to verified in the hub', kith.map(({ came, sent }) => came - sent)],
    ['kith: the same, with sealing', kith.map(({ came, began }) => came - began)]
  ]
  const base = summarize(lists[0]?.[1] ?? []).p50
  return lists.map(([name, list]) => {
    const { min, p50, p99 } = summarize(list)
    return { name, figures: [1000 * min, 1000 * p50, 1000 * p99, p50 / base] }
  })
}

function rateRows(all: readonly Throughput[]): Row[] {
  const bare = summarize(all.at(-1)?.messages ?? []).p50
  return all.map(({ name, size, messages, readings }) => {
    const { p50 } = summarize(messages)
    return { name, figures: [size, p50, summarize(readings).p50, p50 / bare] }
  })
}
