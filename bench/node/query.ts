import { lpStream } from '@libp2p/utils'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { isNodeError } from '../../src/error.ts'
import { encodeAnswer } from '../../src/protocol/query/codec/answer.ts'
import { encodeRequest } from '../../src/protocol/query/codec/request.ts'
import type { SealedReadings } from '../../src/reading/signed/sealed.ts'
import type { Bench, Column, Setting, Table } from '../frame/bench.ts'
import { TOPIC } from '../frame/made-up-packs.ts'
import { alternate, summarize } from '../frame/statistics.ts'
import { versions } from '../frame/versions.ts'
import { ECHO_PROTOCOL, LONGEST } from './bare-network.ts'
import { type Pair, withPair } from './pair.ts'

export interface QueryOptions {
  readonly rounds: number
  /** Questions of each contender a round, before them uncounted, and before the first round. */
  readonly batch: number
  readonly lead: number
  readonly warmup: number
}

export interface Query {
  /** Bytes of a request and of its answer. */
  readonly request: number
  readonly answer: number
  /** Milliseconds of each question, by contender. */
  readonly times: ReadonlyMap<string, readonly number[]>
}

const SENSOR = 'air'
const usual: QueryOptions = { rounds: 40, batch: 100, lead: 200, warmup: 1500 }
/** Milliseconds for all questions together. */
const DEADLINE = 300_000

export const query: Bench = {
  name: 'query',
  what: 'A question and its answer between two processes, over a stream.',
  async measure({ isFull, tell }: Setting): Promise<Table[]> {
    tell('query')
    const options = isFull ? { ...usual, rounds: 3 * usual.rounds } : usual
    const { request, answer, times } = await withPair((pair) => measureQuery(pair, options))
    const bare = summarize([...times.values()][0] ?? []).p50
    const rows = Array.from(times, ([name, list]) => {
      const { min, p50, p99 } = summarize(list)
      return { name, figures: [1000 * min, 1000 * p50, 1000 * p99, p50 / bare] }
    })
    const sizes = `${request} bytes and ${answer} back, ${options.rounds * options.batch} times, by turns`
    const conditions = [sizes, versions('libp2p', '@libp2p/noise', '@libp2p/yamux')]
    return [{ title: 'Query over a stream', conditions, columns, rows }]
  }
}

const columns: readonly Column[] = [
  { name: 'min', unit: 'us' },
  { name: 'p50', unit: 'us' },
  { name: 'p99', unit: 'us' },
  { name: 'p50', unit: 'x bare', digits: 2 }
]

export async function measureQuery(pair: Pair, options: QueryOptions): Promise<Query> {
  return await withDeadline(systemClock, DEADLINE, 'the questions', (signal) => ask(pair, options, signal))
}

async function ask(pair: Pair, options: QueryOptions, signal: AbortSignal): Promise<Query> {
  const { node, other } = pair
  const { peer } = other.kith
  const { queries } = node.assembled.clients
  const question = { who: peer, n: SENSOR }
  const read = () => queries.read(peer, [TOPIC], question, signal)
  const pack = await firstOf(read, signal)
  const request = encodeRequest({ id: 1000, op: 'read', ...question }).length
  const answer = encodeAnswer({ id: 1000, pack: pack.bytes, end: true }).length
  const contenders = new Map<string, () => Promise<unknown>>([
    ['bare stream, reused', await askBare(pair, request, answer)],
    ['read, verified', read],
    ['ask, as an application', () => node.operations.ask({ who: peer, what: SENSOR, by: 'stream' }, signal)]
  ])
  return { request, answer, times: await alternate(contenders, options) }
}

/** The first sample comes at the random phase of the sensor. */
async function firstOf(read: () => Promise<SealedReadings[]>, signal: AbortSignal): Promise<SealedReadings> {
  for (;;) {
    const [pack] = await read().catch((error: unknown) => {
      if (isNodeError(error, 'no-data') || isNodeError(error, 'no-such')) return []
      throw error
    })
    if (pack !== undefined) return pack
    await systemClock.sleep(50, signal)
  }
}

async function askBare({ bare, other }: Pair, size: number, wanted: number): Promise<() => Promise<unknown>> {
  const [connection] = bare.getConnections().filter(({ remotePeer }) => `${remotePeer}` === other.bare.peer)
  if (connection === undefined) throw new Error('not connected')
  const frames = lpStream(await connection.newStream(ECHO_PROTOCOL), LONGEST)
  const request = Buffer.alloc(size)
  request.writeUInt32BE(wanted)
  return async () => {
    await frames.write(request)
    return await frames.read()
  }
}
