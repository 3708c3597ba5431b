import t from 'tap'
import { topic } from '../../../support/history.ts'
import { asked, nextOf, packOf, queryBench, settle } from '../../../support/query/bench.ts'
import { against } from '../../../support/query/hand-answered.ts'

const signal = new AbortController().signal

t.test('observe: the latest, then what is new, with credit renewed as it is taken', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const events = bench.client.observe(asked, [topic], { credit: 4 }, signal)
  t.match(await nextOf(bench, events), { kind: 'sealed', old: true, pos: { seq: 0 } })
  for (let seq = 1; seq < 40; seq++) {
    bench.hub.add(packOf(seq))
    const event = await nextOf(bench, events)
    t.equal(event.kind === 'sealed' && event.sealed.readings[0]?.position.seq, seq)
  }
  await events.return()
  await settle()
  t.equal(bench.hub.subscribers.size, 0, 'leaving the loop cancels')
})

t.test('observe: what was left out while nobody took is counted', async (t) => {
  const bench = queryBench()
  const events = bench.client.observe(asked, [topic], { credit: 2 }, signal)
  t.match(await nextOf(bench, events), { kind: 'alive' })
  for (let seq = 0; seq < 6; seq++) bench.hub.add(packOf(seq))
  const seen = []
  for (let i = 0; i < 4; i++) {
    const event = await nextOf(bench, events)
    seen.push(event.kind === 'sealed' ? event.sealed.readings[0]?.position.seq : event)
  }
  t.same(seen, [0, 1, { kind: 'skip', count: 3 }, 5])
})

t.test('observe: alive keeps the link up for an hour; 90 s of nothing are a link down', async (t) => {
  const bench = queryBench()
  const events = bench.client.observe(asked, [topic], { credit: 8 }, signal)
  await nextOf(bench, events)
  await bench.clock.advance(3_600_000)
  t.match(await nextOf(bench, events), { kind: 'alive' })
  const [ours] = bench.streams[0] ?? []
  ours?.stall()
  let event = await nextOf(bench, events)
  const since = bench.clock.monotonic()
  while (event.kind === 'alive') event = await nextOf(bench, events)
  t.same(event, { kind: 'link-down' })
  t.ok(bench.clock.monotonic() - since <= 90_000)
  t.equal((await events.next()).done, true, 'it is the last event')
  await bench.client.describe(asked, [topic], {}, signal)
  t.equal(bench.streams.length, 2, 'the next question opens a new stream')
})

t.test('observe: a broken stream ends it with an error, an abort with its reason', async (t) => {
  const bench = queryBench()
  const events = bench.client.observe(asked, [topic], { credit: 8 }, signal)
  await nextOf(bench, events)
  bench.streams[0]?.[1].abort(new Error('gone'))
  await t.rejects(events.next(), { code: 'link-broken' })
  const controller = new AbortController()
  const aborted = bench.client.observe(asked, [topic], { credit: 8 }, controller.signal)
  await nextOf(bench, aborted)
  const next = aborted.next()
  controller.abort(new Error('enough'))
  await t.rejects(next, { message: 'enough' })
  await settle()
  t.equal(bench.hub.subscribers.size, 0)
})

t.test('observe: who sends more than it has credit for is cut off', async (t) => {
  const { client } = against(({ id }, send) => {
    send(...Array.from({ length: 5 }, (_, seq) => ({ id, pack: packOf(seq).bytes })))
  })
  const events = client.observe(asked, [topic], { credit: 4 }, signal)
  const taken = []
  await t.rejects(
    (async () => {
      for await (const event of events) taken.push(event)
    })(),
    { code: 'misbehaving', message: /more than it has credit for/ }
  )
  t.equal(taken.length, 4)
})

t.test('observe: several packs do not come for one credit', async (t) => {
  const { client } = against(({ id }, send) => send({ id, pack: [packOf(0).bytes, packOf(1).bytes] }))
  const events = client.observe(asked, [topic], { credit: 4 }, signal)
  await t.rejects(events.next(), { code: 'misbehaving', message: /several packs for one credit/ })
})
