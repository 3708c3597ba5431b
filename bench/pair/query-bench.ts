import type { Bench, Column, Setting, Table } from '../frame/bench.ts'
import { besides, byTurns, type Contender } from '../frame/contenders.ts'
import { summarize } from '../frame/statistics.ts'
import { versions } from '../frame/versions.ts'
import { builtSide, jsSide } from '../peers/contenders.ts'
import type { Ask } from './contract.ts'
import { kithSide, Pair, type Side } from './pair.ts'

/** Questions before the first round: the code is compiled. */
const WARM = 10_000
/** Milliseconds at most for them, and how many are asked between two looks at the time. */
const WARM_TIME = 2_000
const SLICE = 500
/** About the size of a signed reading. */
const SIZE = 200

export const queryColumns: readonly Column[] = [
  { name: 'p50', unit: 'us' },
  { name: 'p99', unit: 'us' },
  { name: 'CPU of both', unit: 'us' },
  { name: 'p50', unit: 'x raw', digits: 2 },
  { name: 'p50', unit: 'x js stream', digits: 2 }
]

export interface QueryTurns {
  readonly rounds: number
  /** Questions before the first round. */
  readonly warm: number
  readonly lead: number
  readonly count: number
}

const RAW = 'raw node:dgram'
const STREAM = 'js-libp2p, reused stream'

export const query: Bench = {
  name: 'query',
  what: 'A question and its answer between two processes: kith beside raw UDP, streams of libp2p, and other protocols.',
  async measure(setting: Setting): Promise<Table[]> {
    const turns = setting.isFull
      ? { rounds: 30, warm: WARM, lead: 500, count: 500 }
      : { rounds: 6, warm: WARM, lead: 500, count: 500 }
    setting.tell(`query, ${turns.rounds} rounds`)
    const rows = await measureQuery(contenders(setting), turns)
    const conditions = [
      `${SIZE} bytes each way, or a signed reading; ${turns.rounds * turns.count} times each, by turns`,
      `after ${turns.lead} each time, and ${turns.warm} or ${WARM_TIME / 1000} s before`,
      'an answer with the same signed bytes is verified once',
      versions('libp2p', '@libp2p/noise', '@libp2p/yamux')
    ]
    return [{ title: 'Question and answer', conditions, columns: queryColumns, rows }]
  }
}

interface Asked {
  readonly name: string
  readonly side: Side
  readonly variant: string
  readonly profile?: string | undefined
}

function contenders({ codes, profile }: Setting): Asked[] {
  const ours = codes.flatMap((code) =>
    (['datagram', 'stream', 'application'] as const).map((variant) => ({
      name: `kith, ${code.name}, ${NAMES[variant]}`,
      side: kithSide(code),
      variant,
      profile
    }))
  )
  return [
    { name: `${RAW}, pinned`, side: jsSide('udp'), variant: '' },
    { name: `${RAW}, not pinned`, side: { ...jsSide('udp'), isPinned: false }, variant: '' },
    ...ours,
    { name: STREAM, side: jsSide('libp2p'), variant: 'reused' },
    { name: 'js-libp2p, new stream', side: jsSide('libp2p'), variant: 'new' },
    { name: 'node-coap', side: jsSide('coap', { size: SIZE }, ['coap']), variant: '' },
    { name: 'go-libp2p, reused stream', side: builtSide('go', 'Go'), variant: 'reused' },
    { name: 'go-libp2p, new stream', side: builtSide('go', 'Go'), variant: 'new' },
    { name: 'rust-libp2p, reused stream', side: builtSide('rust-libp2p', 'Rust'), variant: 'reused' },
    { name: 'rust-libp2p, new stream', side: builtSide('rust-libp2p', 'Rust'), variant: 'new' },
    { name: 'Zenoh, get, plaintext', side: builtSide('zenoh', 'Rust'), variant: '' }
  ]
}

const NAMES = {
  datagram: 'read by datagram, verified',
  stream: 'read over a stream, verified',
  application: 'ask, as an application'
}

export async function measureQuery(asked: readonly Asked[], { rounds, warm, lead, count }: QueryTurns) {
  const all = asked.map(({ name, side, variant, profile }): Contender => {
    const order: Ask = { variant, lead, count, size: SIZE }
    return {
      name,
      open: async () => {
        const pair = await Pair.open(name, side)
        await warmUp(pair, order, warm)
        if (profile !== undefined) await pair.ask({ ...order, count: PROFILED }, profile)
        return {
          round: async () => {
            const { times, cpu } = await pair.ask(order)
            const { p50, p99 } = summarize(times)
            return [p50, p99, cpu]
          },
          close: () => pair.close()
        }
      }
    }
  })
  const rows = await byTurns(all, queryColumns.slice(0, 3), rounds)
  return besides(besides(rows, RAW), STREAM)
}

/** So many questions, or those of so much time: a new stream for each takes ten times as long. */
async function warmUp(pair: Pair, order: Ask, warm: number): Promise<void> {
  const end = performance.now() + WARM_TIME
  for (let left = warm; left > 0 && performance.now() < end; left -= SLICE)
    await pair.ask({ ...order, lead: Math.min(left, SLICE), count: 0 })
}

/** Questions of a profile. */
const PROFILED = 5000
