import t from 'tap'
import { writeCbor } from '../../src/cbor/write.ts'
import { prefixed } from '../../src/protocol/frame-splitter.ts'
import { META_TOPIC } from '../../src/protocol/protocol-registry.ts'
import type { QueryAnswer } from '../../src/protocol/query/codec/frame.ts'
import { encodeRequest } from '../../src/protocol/query/codec/request.ts'
import { historyBench, readingsOf, runOf, us } from '../support/history.ts'
import { asked, noHistory, packOf, queryBench, RawAsker } from '../support/query/bench.ts'

// What docs/protocols.md section 12 says of answers, beside its rules, vectors and figures.

const errorOf = (answers: readonly QueryAnswer[]): string | undefined => answers.at(-1)?.error?.code

t.test('describe and time are answered on the topic of catalogues, which has no series', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const raw = new RawAsker(bench.open(META_TOPIC))
  t.match(await raw.ask({ id: 1, op: 'describe' }), [{ meta: Uint8Array, end: true }])
  t.match(await raw.ask({ id: 2, op: 'time' }), [{ time: { quality: 0 }, end: true }])
  t.equal(errorOf(await raw.ask({ id: 3, op: 'read', n: 'hall' })), 'no-such')
  t.equal(errorOf(await raw.ask({ id: 4, op: 'history', n: 'hall' })), 'no-such')
  t.match(await raw.ask({ id: 5, op: 'observe', n: 'hall' }), [{ alive: true }])
})

t.test('a name that matches no series may be observed', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  t.match(await raw.ask({ id: 1, op: 'observe', n: 'cellar' }), [{ alive: true }])
  bench.hub.add(packOf(0, 'cellar'))
  t.match(await raw.heard(), [{ id: 1, pack: Uint8Array }])
})

t.test('F6 is checked before F5 and F7, and its error is the last answer of the open request', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  const send = async (fields: Record<string, string | number>): Promise<QueryAnswer[]> => {
    raw.stream.send(prefixed(writeCbor(new Map(Object.entries(fields)))))
    return await raw.heard()
  }
  t.equal(errorOf(await send({ id: 1, op: 'dance', every: 0 })), 'bad-request')
  t.equal(errorOf(await send({ id: 1, op: 'dance' })), 'unknown-op')
  t.match(await send({ id: 2, op: 'observe', n: 'hall' }), [{ alive: true }])
  t.equal(errorOf(await send({ id: 2, op: 'observe', every: 0 })), 'bad-request')
  bench.hub.add(packOf(0))
  t.strictSame(await raw.heard(), [], 'the request is not open any more')
  t.notOk(raw.closed)
})

t.test('16 whole series names are more than a request holds', async (t) => {
  const n = Array.from({ length: 16 }, (_, i) => `${asked}/hall-${i}/temperature`)
  t.ok(encodeRequest({ id: 1, op: 'read', n }).length > 512)
  t.ok(encodeRequest({ id: 1, op: 'read', n: n.map((name) => name.slice(asked.length + 1)) }).length < 512)
})

t.test('the author reports what it does not hold of a run as lost up to `to`', async (t) => {
  const { history } = historyBench()
  history.beginRun(runOf(5), { mono: 0, unix: null, quality: 2 })
  history.appendOwn(readingsOf(us.peer, runOf(5), 0, 2))
  const series = `${us.peer}/hall/temperature`
  const answers = async (fields: { epoch: number; to?: number }): Promise<QueryAnswer[]> => {
    const raw = new RawAsker(queryBench({ history: { ...noHistory, ...answersOf(history) } }).open())
    const { epoch, ...rest } = fields
    return await raw.ask({ id: 1, op: 'history', n: series, run: runOf(epoch), from: 0, ...rest })
  }
  t.match(await answers({ epoch: 3, to: 4 }), [{ lost: { from: 0, to: 4 } }, { end: true }])
  t.match(await answers({ epoch: 9, to: 4 }), [{ lost: { from: 0, to: 4 } }, { end: true }])
  t.match(await answers({ epoch: 3 }), [{ pack: Uint8Array }, { end: true }], 'goes on with a later run')
  t.match(await answers({ epoch: 9 }), [{ end: true }])
  t.match(await answers({ epoch: 5, to: 9 }), [{ pack: Uint8Array }, { end: true }], 'is yet to come')
})

function answersOf(history: ReturnType<typeof historyBench>['history']) {
  return {
    items: history.items.bind(history),
    series: history.series.bind(history)
  }
}
