import { once } from 'node:events'
import t, { type Test } from 'tap'
import { NodeError } from '../../../src/error.ts'
import { history } from '../../../src/node/api/history.ts'
import type { HistoryRequest, HistoryRow } from '../../../src/node/api/reading-rows.ts'
import type { PeerResolver } from '../../../src/node/peers/resolver.ts'
import type { HistoryEvent, HistoryQuestion, QueryClient } from '../../../src/protocol/query/index.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { historyBench, readingsOf, runOf, us } from '../../support/history.ts'
import { allQuantities } from '../../support/readings.ts'

interface Peers {
  readonly targets: readonly string[]
  readonly connected?: readonly string[]
  readonly inBook?: readonly string[]
  /** PeerIds of those that have ten readings of `us`. */
  readonly holders?: readonly string[]
  /** Whether dialling ends at its deadline alone. */
  readonly hangs?: boolean
}

type Asked = Pick<HistoryQuestion, 'who'>

/** A node that stores nothing: who is asked, in order, and the rows. */
function nodeAmong(t: Test, { targets, connected = [], inBook = [], holders = [], hangs = false }: Peers) {
  const { history: store, clock } = historyBench()
  t.teardown(() => store.close())
  const asked: string[] = []
  const ask = (op: string, peer: string, who = peer): void => {
    asked.push(`${op} ${peer === us.peer ? 'author' : peer}`)
    if (op === 'connect' && !connected.includes(peer)) throw new NodeError('unreachable', `${peer} is off`)
    if (op !== 'connect' && !(who === us.peer && holders.includes(peer)))
      throw new NodeError('no-such', 'nothing is held')
  }
  const readings = readingsOf(us.peer, runOf(10), 0, 9)
  const queries = {
    async describe(peer: string, _: unknown, { who }: Asked) {
      ask('describe', peer, who)
      return { series: [{ name: readings[0]?.series }], runs: [] }
    },
    async read(peer: string, _: unknown, { who }: Asked) {
      ask('read', peer, who)
      return [{ readings: readings.slice(-1) }]
    },
    async *history(peer: string, _: unknown, { from, who }: HistoryQuestion): AsyncGenerator<HistoryEvent> {
      ask(`history from ${from?.seq ?? 'the beginning'}`, peer, who)
      const sealed = { readings: readings.slice(from?.seq ?? 0) } as unknown as SealedReadings
      yield { kind: 'sealed', sealed }
    }
  }
  const resolver = {
    selectSoon: async () => ({
      targets: targets.map((peer) => ({ peer, addresses: [] })),
      matches: () => true
    }),
    isSelf: () => false,
    connect: async ({ peer }: { peer: string }, signal: AbortSignal) => {
      if (!hangs) return ask('connect', peer)
      asked.push('connect')
      await Promise.all([once(signal, 'abort'), clock.advance(3000)])
      throw signal.reason
    }
  }
  const rows = async (request: Partial<HistoryRequest> = {}): Promise<HistoryRow[]> => {
    const init = {
      clock,
      resolver: resolver as unknown as PeerResolver,
      queries: queries as unknown as QueryClient,
      history: store,
      context: () => ({
        quantities: allQuantities,
        now: undefined,
        labelOf: (peer: string) => `the ${peer}`,
        isKnown: () => false,
        reachable: () => true
      }),
      protocolsOf: () => [],
      isOwnSensor: () => false,
      catalogueOf: () => undefined,
      connected: () => connected,
      inBook: (peer: string) => inBook.includes(peer)
    }
    const found: HistoryRow[] = []
    const { signal } = new AbortController()
    for await (const row of history(init, { who: 'house', what: 'air', ...request }, signal)) found.push(row)
    return found
  }
  return { asked, rows }
}

t.test('holders of the book are asked before strangers, 8 at most', async (t) => {
  const strangers = Array.from({ length: 9 }, (_, i) => `stranger${i}`)
  const connected = [...strangers, 'den', 'attic']
  const { asked, rows } = nodeAmong(t, { targets: [us.peer], connected, inBook: ['attic', 'den'] })
  await t.rejects(rows(), { code: 'unreachable' })
  const holders = ['den', 'attic', ...strangers.slice(0, 6)]
  t.strictSame(asked, [...holders.map((peer) => `describe ${peer}`), 'connect author'])
})

function whatIs(rows: readonly HistoryRow[]): unknown[] {
  return rows.map((row) => {
    if ('incomplete' in row) return `${row.who}: ${row.incomplete}`
    return 'position' in row ? row.position.seq : row
  })
}

const ALL = Array.from({ length: 10 }, (_, seq) => seq)

t.test('of several authors, those that could not be asked are said last', async (t) => {
  const targets = ['cellar', us.peer, 'garage', 'mast']
  const both = nodeAmong(t, { targets, connected: [us.peer, 'garage'], holders: [us.peer] })
  t.strictSame(
    whatIs(await both.rows()),
    [...ALL, 'the cellar: cellar is off', 'the mast: mast is off'],
    'but not one that has no such series'
  )
  const { rows } = nodeAmong(t, { targets, connected: ['garage'] })
  await t.rejects(rows(), { code: 'unreachable', message: 'cellar is off' })
  const none = nodeAmong(t, { targets: ['garage', us.peer], connected: ['garage', us.peer] })
  await t.rejects(none.rows(), { code: 'no-such' })
})

t.test(
  'the newest of an author that is off are asked of connected holders before it is dialled',
  async (t) => {
    const { asked, rows } = nodeAmong(t, {
      targets: [us.peer],
      connected: ['den', 'attic'],
      inBook: ['attic'],
      holders: ['attic'],
      hangs: true
    })
    t.match(whatIs(await rows({ newest: 3 })), [7, 8, 9, /^the .*no answer/])
    t.strictSame(asked, [
      'describe attic',
      'read attic',
      'history from 7 attic',
      'describe den',
      'history from 10 den',
      'connect'
    ])
  }
)

t.test('the newest of a connected author are asked of it alone', async (t) => {
  const { asked, rows } = nodeAmong(t, {
    targets: [us.peer],
    connected: ['den', us.peer],
    holders: ['den', us.peer]
  })
  t.strictSame(whatIs(await rows({ newest: 3 })), [7, 8, 9])
  t.strictSame(asked, ['connect author', 'describe author', 'read author', 'history from 7 author'])
})
