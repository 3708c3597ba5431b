import t from 'tap'
import { every } from '../../../../src/clock.ts'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { createAnswerVerifier } from '../../../../src/protocol/query/client/answer-verifier.ts'
import type { QueryAnswer } from '../../../../src/protocol/query/codec/frame.ts'
import { queryClient } from '../../../../src/protocol/query/index.ts'
import { SealVerifier } from '../../../../src/reading/signed/seal-verify.ts'
import { them, topic, us } from '../../../support/history.ts'
import {
  asked,
  packOf,
  queryBench,
  queryLimits,
  reading,
  registry,
  sealedMeta,
  settle
} from '../../../support/query/bench.ts'
import { against } from '../../../support/query/hand-answered.ts'
import { testSigner } from '../../../support/readings.ts'

const signal = new AbortController().signal

t.test('read hands on the latest pack of each series, each pack once', async (t) => {
  const bench = queryBench()
  bench.hub.add(us.pack(topic, [reading(0, 'air'), reading(0, 'soil')]))
  bench.hub.add(packOf(4, 'attic'))
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
  t.equal(bench.clock.pending, 2, 'that of the idle stream, and one that four questions shared')
  await bench.clock.advance(queryLimits.deadline)
  t.equal(bench.clock.pending, 1)
})

t.test('a gateway is asked for what others measured, by who or by a whole series name', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(3, 'hall', them))
  const [one] = await bench.client.read(asked, [topic], { who: them.peer }, signal)
  t.equal(one?.author, them.peer)
  const [other] = await bench.client.read(asked, [topic], { n: `${them.peer}/hall/temperature` }, signal)
  t.equal(other?.author, them.peer)
})

t.test('the newest version that both speak is used', async (t) => {
  const bench = queryBench({ spoken: [topic] })
  bench.hub.add(packOf(0))
  const protocols = ['/sensor/temp/v2', topic]
  const [sealed] = await bench.client.read(asked, protocols, {}, signal)
  t.equal(sealed?.topic, topic)
  t.strictSame(
    bench.streams.map(([ours]) => ours.protocol),
    [topic]
  )
})

t.test('describe', async (t) => {
  const bench = queryBench()
  const meta = await bench.client.describe(asked, [topic], {}, signal)
  t.equal(meta.name, 'hall')
})

t.test('error answers arrive with their code and when to ask again', async (t) => {
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

t.test('many requests share a stream, each with its id', async (t) => {
  const bench = queryBench()
  const devices = Array.from({ length: 30 }, (_, i) => `d${i}`)
  for (const [i, device] of devices.entries()) bench.hub.add(packOf(i, device))
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
  await clock.advance(queryLimits.deadline)
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
  bench.hub.add(packOf(0))
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

t.test('a fresh stream that breaks is an error, not tried again', async (t) => {
  const { client, streams } = against(() => streams[0]?.abort(new Error('no')))
  await t.rejects(client.read(asked, [topic], {}, signal), { code: 'link-broken', remedy: 'retry' })
  t.equal(streams.length, 1)
})

t.test('beyond the bound the idle stream used longest ago is closed', async (t) => {
  const bench = queryBench({ limits: { ...queryLimits, streamsPerPeer: 64 } })
  bench.hub.add(packOf(0))
  const peers = Array.from({ length: queryLimits.links + 2 }, (_, i) => testSigner(20 + i).peer)
  for (const peer of peers) {
    await bench.client.read(peer, [topic], { who: asked }, signal)
  }
  const opened = bench.streams.length
  await bench.client.read(peers[2] ?? '', [topic], { who: asked }, signal)
  t.equal(bench.streams.length, opened, 'the third is open')
  for (const peer of peers.slice(0, 2)) await bench.client.read(peer, [topic], { who: asked }, signal)
  t.equal(bench.streams.length, opened + 2, 'the first two were closed')
})

t.test('who opens forever meets the deadline, and so do all who wait for the same stream', async (t) => {
  const clock = new VirtualClock()
  let opened = 0
  const client = queryClient({ limits: queryLimits })({
    clock,
    verifier: createAnswerVerifier(registry, new SealVerifier(), queryLimits.remembered),
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

t.test('lost ranges do not keep an answer or a history going', async (t) => {
  const { position } = reading(0)
  const after = (seq: number) => ({ ...position, seq: seq + 1 })
  const lostAt = (id: number, seq: number): QueryAnswer => ({
    id,
    lost: { from: seq, to: seq },
    pos: after(seq)
  })
  const dripping = against(({ id, op }, send) => {
    if (op !== 'history') return
    let seq = 0
    every(dripping.clock, queryLimits.deadline - 1000, () => send(lostAt(id, seq++)))
  })
  const first = dripping.client.history(asked, [topic], { n: 'hall' }, signal).next()
  await t.rejects(dripping.clock.run(first), { code: 'deadline' })
  t.ok(dripping.clock.monotonic() <= queryLimits.deadline)

  const paging = against(({ id, from = 0 }, send) => {
    send(lostAt(id, from))
    send({ id, end: true, pos: after(from) })
  })
  const found: string[] = []
  const all = async (): Promise<void> => {
    const events = paging.client.history(asked, [topic], { n: 'hall' }, signal)
    for await (const { kind } of events) found.push(kind)
  }
  await t.rejects(all(), { code: 'misbehaving' })
  t.equal(found.length, 16)
})

t.test('closing ends every question', async (t) => {
  const { client } = against(() => {})
  const read = client.read(asked, [topic], {}, signal)
  await settle()
  client.stop()
  await t.rejects(read, { code: 'closing' })
})
