import t from 'tap'
import { ProtocolRegistry, sensorProtocols } from '../../../src/protocol/protocol-registry.ts'
import type { QueryClient } from '../../../src/protocol/query/client/query-client.ts'
import { createHistoryFetcher } from '../../../src/protocol/replication/history-fetcher.ts'
import { allQuantities, testSigner } from '../../support/readings.ts'

const author = testSigner(7).peer
const neighbour = testSigner(8).peer
const series = `${author}/hall/temperature`
const from = { epoch: 5, boot: '0011223344556677', seq: 9 }
const registry = new ProtocolRegistry(sensorProtocols, allQuantities)

type Asked = Parameters<QueryClient['history']>

async function ask(peer: string): Promise<{ asked: Asked[]; items: unknown[] }> {
  const asked: Asked[] = []
  const lost = { run: from, from: 9, to: 11 }
  const client: Pick<QueryClient, 'history'> = {
    async *history(...args) {
      asked.push(args)
      yield { kind: 'lost', lost }
      yield { kind: 'next', next: from }
    }
  }
  const signal = new AbortController().signal
  const items: unknown[] = []
  const question = { series, from, to: 20 }
  for await (const one of createHistoryFetcher(client, registry).history(peer, question, signal))
    items.push(one)
  return { asked, items }
}

t.test('the author is asked in its own name', async (t) => {
  const { asked, items } = await ask(author)
  t.match(asked[0]?.slice(0, 3), [author, ['/sensor/temp/v1'], { n: series, from, to: 20 }])
  t.equal(asked[0]?.[2].who, undefined)
  t.same(items, [{ lost: { run: from, from: 9, to: 11 } }])
})

t.test('a third is asked who it knows', async (t) => {
  const { asked } = await ask(neighbour)
  t.equal(asked[0]?.[0], neighbour)
  t.equal(asked[0]?.[2].who, author)
})
