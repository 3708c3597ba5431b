import t, { type Test } from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { createAnswerVerifier } from '../../../../src/protocol/query/client/answer-verifier.ts'
import { DatagramQuery } from '../../../../src/protocol/query/client/datagram-query.ts'
import { decodeAnswer, encodeAnswer } from '../../../../src/protocol/query/codec/answer.ts'
import type { QueryRequest } from '../../../../src/protocol/query/codec/frame.ts'
import { encodeRequest } from '../../../../src/protocol/query/codec/request.ts'
import { SealVerifier } from '../../../../src/reading/signed/seal-verify.ts'
import { LooseFlow } from '../../../support/datagram/flow.ts'
import { them, topic } from '../../../support/history.ts'
import {
  asked,
  packOf,
  type QueryBench,
  queryBench,
  queryLimits,
  registry,
  requester
} from '../../../support/query/bench.ts'

const signal = new AbortController().signal
const packet = 1168
const caller = { caller: { peer: requester, host: undefined, direct: true }, protocol: topic }

function queryOn(flow: LooseFlow, clock = new VirtualClock()): DatagramQuery {
  const verifier = createAnswerVerifier(registry, new SealVerifier(), queryLimits.remembered)
  return new DatagramQuery({ flow, clock, verifier, limits: queryLimits })
}

/** Asks over packets, of which those in `lost` (counted from 0) never arrive. */
function datagrams(bench: QueryBench, lost: readonly number[] = [], srtt?: number) {
  const clock = new VirtualClock()
  const sent: { at: number; bytes: Uint8Array }[] = []
  const flow = new LooseFlow(asked, topic, (bytes) => {
    const isLost = lost.includes(sent.length)
    sent.push({ at: clock.monotonic(), bytes })
    const answer = isLost ? undefined : bench.server.answerDatagram(bytes, caller, packet)
    if (answer !== undefined) setImmediate(() => query.receive(answer))
  })
  if (srtt !== undefined) flow.roundTrip.sample(srtt)
  const query = queryOn(flow, clock)
  return { query, flow, clock, sent }
}

/** An answer leaves the one timer of its flow, which ends when it finds nothing late. */
async function noTimerLater(t: Test, clock: VirtualClock): Promise<void> {
  t.ok(clock.pending <= 1, `${clock.pending} timers`)
  await clock.advance(100)
  t.equal(clock.pending, 0)
}

t.test('read and describe in one packet each way', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(3))
  const { query, clock, sent } = datagrams(bench)
  const { packs, left } = await query.read({}, signal)
  t.match(packs, [{ kind: 'pack', author: asked, topic }])
  t.equal(left, 0)
  t.equal((await query.describe({}, signal)).name, 'hall')
  t.equal(sent.length, 2)
  await noTimerLater(t, clock)
})

t.test('many questions set one timer, which ends with the flow', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const { query, flow, clock } = datagrams(bench)
  const after = clock.after.bind(clock)
  let timers = 0
  clock.after = (ms, fire) => {
    timers++
    return after(ms, fire)
  }
  for (let i = 0; i < 40; i++) t.equal((await query.read({}, signal)).packs.length, 1)
  await Promise.all(Array.from({ length: 10 }, () => query.read({}, signal)))
  t.equal(timers, 1)
  t.equal(clock.pending, 1)
  flow.close()
  t.equal(clock.pending, 0)
})

t.test('several sensors in one packet; what finds no room is counted', async (t) => {
  const bench = queryBench()
  for (let i = 0; i < 8; i++) bench.hub.add(packOf(i, `d${i}`))
  const { query } = datagrams(bench)
  const two = await query.read({ n: ['d1', 'd5/temperature'] }, signal)
  t.same(
    two.packs.map(({ readings }) => readings[0]?.position.seq),
    [1, 5]
  )
  const all = await query.read({}, signal)
  t.ok(all.packs.length >= 3 && all.left > 0, `${all.packs.length} came, ${all.left} were left`)
  t.equal(all.packs.length + all.left, 8)
})

t.test('a lost packet is asked for again, with the same id, after waits that double', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const rows: [srtt: number | undefined, times: number[]][] = [
    [undefined, [0, 100, 300, 700, 1500]],
    [20, [0, 100, 300, 700, 1500]],
    [100, [0, 300, 900, 2100, 4500]]
  ]
  for (const [srtt, times] of rows) {
    const { query, clock, sent } = datagrams(bench, [0, 1, 2, 3], srtt)
    t.equal((await clock.run(query.read({}, signal))).packs.length, 1)
    t.same(
      sent.map(({ at }) => at),
      times
    )
    for (const { bytes } of sent) t.same(bytes, sent[0]?.bytes)
  }
  const { query, clock, sent } = datagrams(bench, [0, 1, 2, 3, 4])
  await t.rejects(clock.run(query.read({}, signal)), { code: 'no-answer', hint: /stream/ })
  t.equal(sent.length, 5)
  t.equal(clock.pending, 0)
})

t.test('errors, aborts and too many requests', async (t) => {
  const denied = datagrams(queryBench({ admission: { answers: () => false } }))
  await t.rejects(denied.query.read({}, signal), { code: 'denied' })
  const silent = datagrams(queryBench(), [0, 1, 2])
  const controller = new AbortController()
  const read = silent.query.read({}, controller.signal)
  controller.abort(new Error('enough'))
  await t.rejects(read, { message: 'enough' })
  await noTimerLater(t, silent.clock)
  const full = datagrams(
    queryBench(),
    Array.from({ length: 100 }, (_, i) => i)
  )
  const reads = Array.from({ length: 33 }, () => full.query.read({}, signal).catch((error) => error.code))
  t.equal(await Promise.race(reads), 'busy')
  await full.clock.run(Promise.all(reads))
})

t.test('an answer of another author is not taken, and noise is dropped', async (t) => {
  const { query, clock } = datagrams(queryBench(), [0, 1, 2, 3, 4])
  const read = query.read({ n: 'hall' }, signal)
  query.receive(new Uint8Array([1, 2, 3]))
  query.receive(encodeAnswer({ id: 77, end: true }))
  query.receive(encodeAnswer({ id: 1, pack: packOf(0, 'hall', them).bytes }))
  await t.rejects(read, { code: 'misbehaving' })
  query.receive(encodeAnswer({ id: 1, pack: packOf(0).bytes }))
  await noTimerLater(t, clock)
})

t.test('a send that fails ends the question', async (t) => {
  const torn = new LooseFlow(asked, topic, () => {
    throw new Error('the flow is closed')
  })
  await t.rejects(queryOn(torn).read({}, signal), { message: 'the flow is closed' })
  const { query, flow } = datagrams(queryBench(), [0])
  const read = query.read({}, signal)
  flow.close()
  await t.rejects(read, { code: 'datagram-lost' })
})

t.test('answerOne answers what a packet can carry, and stays silent otherwise', async (t) => {
  const limits = { ...queryLimits, rate: 1, burst: 8 }
  const bench = queryBench({ limits })
  bench.hub.add(packOf(0))
  const one = (request: QueryRequest, size = packet) => {
    const bytes = bench.server.answerDatagram(encodeRequest(request), caller, size)
    return bytes === undefined ? undefined : decodeAnswer(bytes, packet)
  }
  t.match(one({ id: 1, op: 'read' }), { id: 1, pack: Uint8Array })
  for (const op of ['observe', 'history', 'time', 'cancel']) {
    t.match(one({ id: 1, op }), { error: { code: 'unknown-op' } })
  }
  t.match(one({ id: 1, op: 'read' }, 200), { error: { code: 'too-big' } })
  t.match(one({ id: 1, op: 'describe' }, 200), { error: { code: 'too-big' } })
  t.equal(bench.server.answerDatagram(new Uint8Array([0xff]), caller, packet), undefined)
  t.match(one({ id: 1, op: 'read' }), { pack: Uint8Array })
  t.match(one({ id: 1, op: 'read' }), { error: { code: 'busy' } })
  t.match(one({ id: 1, op: 'read', limit: 0 }), { error: { code: 'bad-request' } })
  t.equal(one({ id: 1, op: 'read' }), undefined, 'a flood is met with silence')
  t.equal(one({ id: 1, op: 'read' }, 10), undefined, 'not even an error fits')
})
