import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { besides, byTurns, type Contender } from '../frame/contenders.ts'
import { summarize } from '../frame/statistics.ts'
import { versions } from '../frame/versions.ts'
import { withBrokers } from '../peers/brokers.ts'
import { builtSide, jsSide } from '../peers/contenders.ts'
import type { Publish } from './contract.ts'
import { kithSide, Pair, type Side } from './pair.ts'

/** Bytes of a pack of one reading of ours, and of a message of others. */
const SIZE = 263
/** More than fit into a pack. */
const FULL = 128
const WINDOW = 256
/** Messages before the first that count: the code is compiled. */
const WARM = 3000
const SIGNED = 'js-libp2p, signed'

const hotColumns: readonly Column[] = [
  { name: 'hot p50', unit: 'us' },
  { name: 'hot p99', unit: 'us' },
  { name: 'CPU of both', unit: 'us' },
  { name: 'spaced p50', unit: 'us' },
  { name: 'spaced p99', unit: 'us' },
  { name: 'hot p50', unit: 'x js signed', digits: 2 }
]
const rateColumns: readonly Column[] = [
  { name: 'messages', unit: '1/s' },
  { name: 'readings', unit: '1/s' },
  { name: 'size', unit: 'B' },
  { name: 'CPU of both', unit: 'us a message', digits: 1 },
  { name: 'messages', unit: 'x js signed', digits: 2 }
]

export interface Publisher {
  readonly name: string
  readonly side: Side
  readonly isOurs?: boolean
}

export interface PublishTurns {
  readonly rounds: number
  /** Messages before the first round. */
  readonly warm: number
  /** Messages of a round: each when the last was delivered, and with `spacing` milliseconds between. */
  readonly hot: number
  readonly spaced: number
  readonly spacing: number
}

const ours = ({ codes }: Setting): Publisher[] =>
  codes.map((code) => ({ name: `kith, ${code.name}`, side: kithSide(code), isOurs: true }))

const libp2ps: readonly Publisher[] = [
  { name: SIGNED, side: jsSide('libp2p', { signed: true }) },
  { name: 'js-libp2p, unsigned', side: jsSide('libp2p', { signed: false }) },
  { name: 'go-libp2p, signed', side: builtSide('go', 'Go', { signed: true }) },
  { name: 'go-libp2p, unsigned', side: builtSide('go', 'Go', { signed: false }) },
  { name: 'rust-libp2p, signed', side: builtSide('rust-libp2p', 'Rust', { signed: true }) },
  { name: 'rust-libp2p, unsigned', side: builtSide('rust-libp2p', 'Rust', { signed: false }) },
  { name: 'Zenoh, put, plaintext', side: builtSide('zenoh', 'Rust') }
]

export const publish: Bench = {
  name: 'publish',
  what: 'From the publication of a signed reading to its delivery in another process, verified.',
  async measure(setting: Setting): Promise<Table[]> {
    const turns = setting.isFull
      ? { rounds: 9, warm: WARM, hot: 500, spaced: 50, spacing: 100 }
      : { rounds: 3, warm: WARM, hot: 300, spaced: 8, spacing: 100 }
    return await withBrokers(async (brokers) => {
      setting.tell(`publish, ${turns.rounds} rounds`)
      const rows = await measurePublish([...ours(setting), ...libp2ps, ...brokers], turns, setting.profile)
      const conditions = [
        `hot: the next when the last was delivered, after ${turns.warm}; spaced: one each ${turns.spacing} ms`,
        `${SIZE} bytes; making and sealing left out, and the processor time of a broker`,
        versions('libp2p', '@libp2p/gossipsub')
      ]
      return [{ title: 'Published to delivered', conditions, columns: hotColumns, rows }]
    })
  }
}

export const throughput: Bench = {
  name: 'throughput',
  what: 'How many packs and readings a second one subscriber takes, verified: packs of one, full packs, blocks.',
  async measure(setting: Setting): Promise<Table[]> {
    const turns = setting.isFull
      ? { rounds: 5, warm: WARM, count: 20_000 }
      : { rounds: 3, warm: WARM, count: 4_000 }
    return await withBrokers(async (brokers) => {
      setting.tell(`throughput, ${turns.rounds} rounds`)
      const rows = await measureRates([...ours(setting), ...libp2ps, ...brokers], turns, setting.profile)
      const blocks = await measureBlocks(ours(setting), turns, setting.profile)
      const conditions = [
        `${turns.rounds} times ${turns.count} messages by turns, ${WINDOW} under way, after ${turns.warm}`
      ]
      return [
        { title: 'As fast as they are taken', conditions, columns: rateColumns, rows: [...rows, ...blocks] }
      ]
    })
  }
}

const one = (count: number, spacing: number, readings = 1): Publish => ({
  count,
  size: SIZE,
  readings,
  spacing,
  window: spacing > 0 ? Number.MAX_SAFE_INTEGER : 1
})

/** A pair that has subscribed, after so many messages. */
async function subscribed({ name, side }: Publisher, warm: number): Promise<Pair> {
  const pair = await Pair.open(name, side)
  try {
    await pair.subscribe()
    await pair.publish({ ...one(warm, 0), window: WINDOW })
    return pair
  } catch (error) {
    await pair.close()
    throw error
  }
}

export async function measurePublish(
  publishers: readonly Publisher[],
  { rounds, warm, hot, spaced, spacing }: PublishTurns,
  profile?: string
): Promise<Row[]> {
  const all = publishers.map((publisher): Contender => {
    const open = async () => {
      const pair = await subscribed(publisher, warm)
      if (profile !== undefined && publisher.isOurs) await pair.publish(one(PROFILED, 0), profile)
      const round = async (): Promise<number[]> => {
        const [fast, slow] = [await pair.publish(one(hot, 0)), await pair.publish(one(spaced, spacing))]
        const times = [fast, slow].map(({ sent, came }) =>
          summarize(came.map((moment, i) => 1000 * (moment - (sent[i] ?? Number.NaN))))
        )
        const [h, s] = times
        return [h?.p50 ?? 0, h?.p99 ?? 0, fast.cpu, s?.p50 ?? 0, s?.p99 ?? 0]
      }
      return { round, close: () => pair.close() }
    }
    return { name: publisher.name, open }
  })
  return besides(await byTurns(all, hotColumns.slice(0, -1), rounds), SIGNED)
}

export interface RateTurns {
  readonly rounds: number
  /** Messages before the first round. */
  readonly warm: number
  readonly count: number
}

export async function measureRates(
  publishers: readonly Publisher[],
  { rounds, warm, count }: RateTurns,
  profile?: string
): Promise<Row[]> {
  const kinds = publishers.flatMap((publisher) =>
    publisher.isOurs === true
      ? [
          { publisher, name: `${publisher.name}, packs of one`, readings: 1 },
          { publisher, name: `${publisher.name}, full packs`, readings: FULL }
        ]
      : [{ publisher, name: publisher.name, readings: 1 }]
  )
  const all = kinds.map(({ publisher, name, readings }): Contender => {
    const order = { ...one(count, 0, readings), window: WINDOW }
    const open = async () => {
      const pair = await subscribed({ ...publisher, name }, warm)
      if (profile !== undefined && publisher.isOurs) await pair.publish(order, profile)
      const round = async (): Promise<number[]> => {
        const { sent, came, size, readings, cpu } = await pair.publish(order)
        const seconds = ((came.at(-1) ?? Number.NaN) - (sent[0] ?? Number.NaN)) / 1000
        return [count / seconds, (count * readings) / seconds, size, cpu]
      }
      return { round, close: () => pair.close() }
    }
    return { name, open }
  })
  return besides(await byTurns(all, rateColumns.slice(0, -1), rounds), SIGNED)
}

/** Readings of history a transfer, in blocks of 256: a first start of new code is a small part of it. */
const TRANSFERRED = 512_000
const BLOCK = 256

async function measureBlocks(
  publishers: readonly Publisher[],
  turns: RateTurns,
  profile?: string
): Promise<Row[]> {
  const rows: Row[] = []
  for (const publisher of publishers) {
    const rates: number[] = []
    const costs: number[] = []
    for (let round = 0; round < turns.rounds; round++) {
      const name = `${publisher.name}, blocks of history`
      const pair = await Pair.open(name, publisher.side)
      try {
        const { rate, cpu } = await pair.transfer(TRANSFERRED, round === 0 ? profile : undefined)
        rates.push(rate)
        costs.push(cpu)
      } finally {
        await pair.close()
      }
    }
    const rate = summarize(rates).p50
    const figures = [rate / BLOCK, rate, undefined, BLOCK * summarize(costs).p50, undefined]
    rows.push({ name: `${publisher.name}, blocks of history`, figures })
  }
  return rows
}

/** Messages of a profile. */
const PROFILED = 5000
