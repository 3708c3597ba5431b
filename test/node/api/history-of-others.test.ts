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
}

/** A node that stores nothing: who is asked, in order, and the rows. */
function nodeAmong(t: Test, { targets, connected = [], inBook = [], holders = [] }: Peers) {
  const { history: store, clock } = historyBench()
  t.teardown(() => store.close())
  const asked: string[] = []
  const ask = (op: string, peer: string): void => {
    asked.push(`${op} ${peer === us.peer ? 'author' : peer}`)
    if (op === 'connect' && !connected.includes(peer)) throw new NodeError('unreachable', `${peer} is off`)
    if (op !== 'connect' && !holders.includes(peer)) throw new NodeError('no-such', 'nothing is held')
  }
  const readings = readingsOf(us.peer, runOf(10), 0, 9)
  const queries = {
    async describe(peer: string) {
      ask('describe', peer)
      return { series: [{ name: readings[0]?.series }], runs: [] }
    },
    async read(peer: string) {
      ask('read', peer)
      return [{ readings: readings.slice(-1) }]
    },
    async *history(peer: string, _: unknown, { from }: HistoryQuestion): AsyncGenerator<HistoryEvent> {
      ask(`history from ${from?.seq ?? 'the beginning'}`, peer)
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
    connect: async ({ peer }: { peer: string }) => ask('connect', peer)
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
