import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { encodeAnswer } from '../../../src/protocol/query/answer-codec.ts'
import { answerDoor } from '../../../src/protocol/query/answer-door.ts'
import type { QueryAnswer, QueryRequest } from '../../../src/protocol/query/frame.ts'
import { FrameSplitter, prefixed } from '../../../src/protocol/query/frame-splitter.ts'
import { QueryClient } from '../../../src/protocol/query/query-client.ts'
import { decodeRequest, isBadRequest } from '../../../src/protocol/query/request-codec.ts'
import { SealVerifier } from '../../../src/reading/seal-verify.ts'
import { them, topic, us } from '../../support/history.ts'
import {
  asked,
  catalogue,
  nextOf,
  packOf,
  queryBench,
  queryLimits,
  reading,
  sealedMeta,
  settle
} from '../../support/query-bench.ts'
import { testSigner } from '../../support/readings.ts'
import { type PairedStream, streamPair } from '../../support/stream-pair.ts'

const signal = new AbortController().signal

/** A client whose other side is answered by hand. */
function against(answer: (request: QueryRequest, send: (...answers: QueryAnswer[]) => void) => void) {
  const clock = new VirtualClock()
  const streams: PairedStream[] = []
  const requests: QueryRequest[] = []
  const client = new QueryClient({
    clock,
    limits: queryLimits,
    door: answerDoor(catalogue, new SealVerifier()),
    async openStream() {
      const [ours, theirs] = streamPair(topic)
      const splitter = new FrameSplitter(512)
      const send = (...answers: QueryAnswer[]): void => {
        theirs.send(Buffer.concat(answers.map((answer) => prefixed(encodeAnswer(answer)))))
      }
      theirs.addEventListener('message', (event) => {
        splitter.push(event.data.subarray(), (frame) => {
          const request = decodeRequest(frame, 512)
          if (isBadRequest(request)) throw new Error(`our own client sends a bad ${request.bad}`)
          requests.push(request)
          answer(request, send)
        })
      })
      streams.push(theirs)
      return ours
    }
  })
  return { clock, client, streams, requests }
}

t.test('read hands on the latest pack of each series, each pack once', async (t) => {
  const bench = queryBench()
  bench.journal.add(us.pack(topic, [reading(0, 'air'), reading(0, 'soil')]))
  bench.journal.add(packOf(4, 'attic'))
  const all = await bench.client.read(asked, [topic], {}, signal)
  t.same(
    all.map((sealed) => sealed.readings.map(({ series }) => series.split('/')[1])),
    [['air', 'soil'], ['attic']]
  )
  for (const n of ['attic', 'attic/temperature', `${asked}/attic/temperature`]) {
    const [one, ...more] = await bench.client.read(asked, [topic], { n }, signal)
    t.same(one?.readings[0]?.position.seq, 4)
    t.same(more, [])
  }
  t.equal(bench.streams.length, 1, 'one warm stream')
  t.equal(bench.clock.pending, 1, 'no timer is left but that of the idle stream')
})

t.test('a gateway is asked for what others measured, by who or by a whole series name', async (t) => {
  const bench = queryBench()
  bench.journal.add(packOf(3, 'hall', them))
  const [one] = await bench.client.read(asked, [topic], { who: them.peer }, signal)
  t.equal(one?.author, them.peer)
  const [other] = await bench.client.read(asked, [topic], { n: `${them.peer}/hall/temperature` }, signal)
  t.equal(other?.author, them.peer)
})

t.test('the newest version that both speak is used', async (t) => {
  const bench = queryBench({ spoken: [topic] })
  bench.journal.add(packOf(0))
  const protocols = ['/sensor/temp/v2', topic]
  t.equal(bench.client.negotiated(asked, protocols), undefined)
  const [sealed] = await bench.client.read(asked, protocols, {}, signal)
  t.equal(sealed?.topic, topic)
  t.equal(bench.client.negotiated(asked, protocols), topic)
})

t.test('describe', async (t) => {
  const bench = queryBench()
  const meta = await bench.client.describe(asked, [topic], {}, signal)
  t.equal(meta.name, 'hall')
})

t.test('refusals reach the asker with their code and when to ask again', async (t) => {
  const bench = queryBench({ admission: { answers: () => false } })
  await t.rejects(bench.client.read(asked, [topic], {}, signal), {
    code: 'denied',
    remedy: 'fix',
    hint: /book/
  })
  const busy = against(({ id }, send) => send({ id, error: { code: 'busy', text: 'later', retry: 20 } }))
  await t.rejects(busy.client.read(asked, [topic], {}, signal), {
    code: 'busy',
    remedy: 'retry',
    hint: /20 ms/
  })
})

t.test('many questions share a stream and are told apart', async (t) => {
  const bench = queryBench()
  const devices = Array.from({ length: 30 }, (_, i) => `d${i}`)
  for (const [i, device] of devices.entries()) bench.journal.add(packOf(i, device))
  const found = await Promise.all(devices.map((n) => bench.client.read(asked, [topic], { n }, signal)))
  t.same(
    found.map(([sealed]) => sealed?.readings[0]?.position.seq),
    devices.map((_, i) => i)
  )
  t.equal(bench.streams.length, 1)
})

t.test('no more than 32 questions are open on a stream', async (t) => {
  const { client, clock } = against(() => {})
  const asks = Array.from({ length: 33 }, () =>
    client.read(asked, [topic], {}, signal).catch((error) => error.code)
  )
  t.equal(await Promise.race(asks), 'busy')
  const codes = await clock.run(Promise.all(asks))
  t.equal(codes.filter((code) => code === 'deadline').length, 32)
})

t.test('a question has a deadline and heeds its signal; the stream outlives both', async (t) => {
  const { client, clock, requests, streams } = against(({ id, op }, send) => {
    if (op === 'cancel') send({ id, end: true })
  })
  await t.rejects(clock.run(client.read(asked, [topic], {}, signal)), { code: 'deadline', remedy: 'retry' })
  const controller = new AbortController()
  const read = client.read(asked, [topic], {}, controller.signal)
  await settle()
  controller.abort(new Error('changed my mind'))
  await t.rejects(read, { message: 'changed my mind' })
  await settle()
  t.same(
    requests.map(({ id, op }) => `${op} ${id}`),
    ['read 1', 'cancel 1', 'read 2', 'cancel 2']
  )
  t.equal(streams.length, 1)
  t.equal(clock.pending, 0)
})

t.test('a cancelled request that is never ended costs the stream', async (t) => {
  const { client, clock, streams } = against(() => {})
  await t.rejects(clock.run(client.read(asked, [topic], {}, signal)), { code: 'deadline' })
  await clock.advance(queryLimits.deadline)
  await settle()
  t.equal(streams[0]?.status, 'reset')
})

t.test('a warm stream that was closed meanwhile is replaced without a word', async (t) => {
  const bench = queryBench()
  bench.journal.add(packOf(0))
  await bench.client.read(asked, [topic], {}, signal)
  const [, theirs] = bench.streams[0] ?? []
  const again = bench.client.read(asked, [topic], {}, signal)
  theirs?.abort(new Error('closed while the question is on its way'))
  t.equal((await again).length, 1)
  t.equal(bench.streams.length, 2)
  await bench.clock.advance(2 * queryLimits.idle)
  t.equal(bench.server.sessions, 0)
  t.equal((await bench.client.read(asked, [topic], {}, signal)).length, 1)
  t.equal(bench.streams.length, 3)
})

t.test('a fresh stream that breaks is told, not tried again', async (t) => {
  const { client, streams } = against(() => streams[0]?.abort(new Error('no')))
  await t.rejects(client.read(asked, [topic], {}, signal), { code: 'link-broken', remedy: 'retry' })
  t.equal(streams.length, 1)
})

t.test('beyond the bound the idle stream used longest ago is closed', async (t) => {
  const bench = queryBench({ limits: { ...queryLimits, streamsPerPeer: 64 } })
  bench.journal.add(packOf(0))
  const peers = Array.from({ length: queryLimits.links + 2 }, (_, i) => testSigner(20 + i).peer)
  for (const peer of peers) {
    await bench.client.read(peer, [topic], { who: asked }, signal)
  }
  t.equal(bench.client.negotiated(peers[0] ?? '', [topic]), undefined)
  t.equal(bench.client.negotiated(peers[1] ?? '', [topic]), undefined)
  t.equal(bench.client.negotiated(peers[2] ?? '', [topic]), topic)
})

t.test('who opens forever meets the deadline, and so do all who wait for the same stream', async (t) => {
  const clock = new VirtualClock()
  let opened = 0
  const client = new QueryClient({
    clock,
    limits: queryLimits,
    door: answerDoor(catalogue, new SealVerifier()),
    openStream() {
      opened += 1
      return new Promise(() => {})
    }
  })
  const asks = [1, 2, 3].map(() => client.read(asked, [topic], {}, signal).catch((error) => error.code))
  t.same(await clock.run(Promise.all(asks)), ['deadline', 'deadline', 'deadline'])
  t.equal(opened, 1)
})

const forged = packOf(0).bytes.slice()
forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1

const misdeeds: [string, (id: number) => QueryAnswer[]][] = [
  ['an id that nobody asked', (id) => [{ id: id + 1, end: true }]],
  [
    'answers after the end',
    (id) => [
      { id, end: true },
      { id, alive: true }
    ]
  ],
  ['a forged pack', (id) => [{ id, pack: forged, end: true }]],
  ['garbage in place of a pack', (id) => [{ id, pack: new Uint8Array(50), end: true }]],
  ['a block passed off as a pack', (id) => [{ id, pack: us.block(topic, [reading(0)]).bytes, end: true }]],
  ['a catalogue passed off as a pack', (id) => [{ id, pack: sealedMeta(), end: true }]],
  ['a pack of another author', (id) => [{ id, pack: packOf(0, 'air', them).bytes, end: true }]],
  ['a pack of another device', (id) => [{ id, pack: packOf(0, 'soil').bytes, end: true }]],
  ['too many packs', (id) => Array.from({ length: 65 }, () => ({ id, pack: packOf(0, 'air').bytes }))]
]

t.test('who misbehaves is cut off with the reason', async (t) => {
  for (const [name, answers] of misdeeds) {
    const { client, streams, clock } = against(({ id }, send) => send(...answers(id)))
    const read = client.read(asked, [topic], { n: 'air' }, signal)
    if (name !== 'answers after the end')
      await t.rejects(read, { code: 'misbehaving', message: /was cut off/ }, name)
    else await read
    await settle()
    t.equal(streams[0]?.status, 'reset', name)
    t.equal(clock.pending, 0)
  }
})

t.test('frames that do not parse cut the link', async (t) => {
  for (const bytes of [
    new Uint8Array([0]),
    new Uint8Array([0x82, 0, 1, 1]),
    new Uint8Array([0xff, 0xff, 0x7f])
  ]) {
    const { client, streams } = against(() => streams[0]?.send(bytes))
    await t.rejects(client.read(asked, [topic], {}, signal), { code: /misbehaving|bad-frame/ })
  }
})

t.test('a catalogue of somebody else is not taken', async (t) => {
  const other = sealedMeta(testSigner(2))
  const { client } = against(({ id }, send) => send({ id, meta: other, end: true }))
  await t.rejects(client.describe(asked, [topic], {}, signal), { code: 'misbehaving' })
  t.equal((await client.describe(asked, [topic], { who: them.peer }, signal)).name, 'hall')
  const empty = against(({ id }, send) => send({ id, end: true }))
  await t.rejects(empty.client.describe(asked, [topic], {}, signal), { code: 'misbehaving' })
})

t.test('observe: the latest, then what is new, with credit renewed as it is taken', async (t) => {
  const bench = queryBench()
  bench.journal.add(packOf(0))
  const events = bench.client.observe(asked, [topic], { credit: 4 }, signal)
  t.match(await nextOf(bench, events), { kind: 'sealed', old: true, pos: { seq: 0 } })
  for (let seq = 1; seq < 40; seq++) {
    bench.journal.add(packOf(seq))
    const event = await nextOf(bench, events)
    t.equal(event.kind === 'sealed' && event.sealed.readings[0]?.position.seq, seq)
  }
  await events.return()
  await settle()
  t.equal(bench.journal.subscribers.size, 0, 'leaving the loop cancels')
})

t.test('observe: what was left out while nobody took is told', async (t) => {
  const bench = queryBench()
  const events = bench.client.observe(asked, [topic], { credit: 2 }, signal)
  t.match(await nextOf(bench, events), { kind: 'alive' })
  for (let seq = 0; seq < 6; seq++) bench.journal.add(packOf(seq))
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
  t.equal(bench.client.negotiated(asked, [topic]), undefined, 'the next question opens a new stream')
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
  t.equal(bench.journal.subscribers.size, 0)
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

t.test('a slow answer is waited for as long as it goes on, a dripping one is not', async (t) => {
  const slow = against(({ id, op }, send) => {
    const pack = packOf(0).bytes
    if (op !== 'read') return
    for (const ms of [4000, 8000, 12_000]) {
      slow.clock.after(ms, () => send(ms < 12_000 ? { id, pack } : { id, pack, end: true }))
    }
  })
  t.equal((await slow.clock.run(slow.client.read(asked, [topic], {}, signal))).length, 3)
  const dripping = against(({ id, op }, send) => {
    if (op !== 'read') return
    for (const ms of [4000, 8000, 12_000]) dripping.clock.after(ms, () => send({ id, alive: true }))
  })
  await t.rejects(dripping.clock.run(dripping.client.read(asked, [topic], {}, signal)), { code: 'deadline' })
})

t.test("time: half the round trip and the other side's own bound", async (t) => {
  const bench = queryBench()
  bench.belief = { quality: 1, errorBound: 0.25, offset: 1234 }
  const { offset, errorBound, quality } = await bench.client.time(asked, [topic], signal)
  t.equal(offset, 1234)
  t.equal(errorBound, 0.25)
  t.equal(quality, 1)
  bench.belief = { quality: 2, offset: 0 }
  await t.rejects(bench.client.time(asked, [topic], signal), { code: 'no-data' })
})

t.test(
  'time: the way there and back bounds the error; a clock of ours that jumps does not matter',
  async (t) => {
    let reply = (): void => {}
    const { client, clock } = against(({ id }, send) => {
      const received = clock.now() * 1000 + 5_000_000
      reply = () =>
        send({ id, time: { received, sent: received + 10_000, quality: 0, bound: 1000 }, end: true })
    })
    const asking = client.time(asked, [topic], signal)
    await settle()
    await clock.advance(50)
    clock.step(3_600_000)
    reply()
    const { offset, errorBound } = await asking
    t.equal(offset, 5000 - 20 - 3_600_000)
    t.equal(errorBound, 0.02 + 0.001)
  }
)

t.test('time: an answerer that claims to have taken longer than it can have is cut off', async (t) => {
  const { client } = against(({ id }, send) => {
    send({ id, time: { received: 1, sent: 1_000_000, quality: 0 }, end: true })
  })
  await t.rejects(client.time(asked, [topic], signal), { code: 'misbehaving' })
})

t.test('closing ends every question', async (t) => {
  const { client } = against(() => {})
  const read = client.read(asked, [topic], {}, signal)
  await settle()
  client.close()
  await t.rejects(read, { code: 'closing' })
})
