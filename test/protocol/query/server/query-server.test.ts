import t from 'tap'
import { prefixed } from '../../../../src/protocol/frame-splitter.ts'
import { encodeRequest } from '../../../../src/protocol/query/codec/request.ts'
import { topic, us } from '../../../support/history.ts'
import {
  asked,
  packOf,
  queryBench,
  queryLimits,
  RawAsker,
  reading,
  requester,
  sealedMeta,
  settle
} from '../../../support/query/bench.ts'

function codes(answers: readonly { error?: { code: string } | undefined }[]): (string | undefined)[] {
  return answers.map(({ error }) => error?.code)
}

t.test('a read ends with its last pack', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  bench.hub.add(packOf(0, 'air'))
  bench.hub.add(packOf(7, 'soil'))
  const [first, last, ...more] = await raw.ask({ id: 9, op: 'read' })
  t.match(first, { id: 9, pack: Uint8Array })
  t.notOk(first?.end)
  t.match(last, { id: 9, pack: Uint8Array, end: true })
  t.same(more, [])
})

t.test('errors of the closed list', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  t.same(codes(await raw.ask({ id: 1, op: 'read' })), ['no-data'])
  t.same(codes(await raw.ask({ id: 1, op: 'read', n: 'hall' })), ['no-data'], 'listed in our catalogue')
  t.same(codes(await raw.ask({ id: 1, op: 'read', n: `${asked}/hall/temperature` })), ['no-data'])
  t.same(codes(await raw.ask({ id: 2, op: 'read', n: 'cellar' })), ['no-such'])
  t.same(codes(await raw.ask({ id: 2, op: 'read', who: requester })), ['no-such'], 'an unknown author')
  const meta = new RawAsker(bench.open('/sensor/meta/v1'))
  t.same(codes(await meta.ask({ id: 1, op: 'read' })), ['no-such'], 'no series of that protocol')
  t.same(codes(await raw.ask({ id: 3, op: 'dance' })), ['unknown-op'])
  t.same(codes(await raw.ask({ id: 4, op: 'describe', who: requester })), ['no-such'])
  t.same(codes(await raw.ask({ id: 5, op: 'history', n: 'air' })), ['no-such'])
  t.same(codes(await raw.ask({ id: 5, op: 'history', n: 'hall' })), ['no-data'], 'listed, not measured yet')
  t.same(codes(await raw.ask({ id: 6, op: 'history' })), ['bad-request'])
  t.same(codes(await raw.ask({ id: 7, op: 'read', credit: 65 })), ['bad-request'])
  t.notOk(raw.closed, 'none of them costs the stream')
})

t.test('describe gives the sealed catalogue', async (t) => {
  const raw = new RawAsker(queryBench().open())
  t.same(await raw.ask({ id: 1, op: 'describe' }), [{ id: 1, meta: sealedMeta(), end: true }])
})

t.test('what cannot be answered for a fault of ours is internal, and gives no details', async (t) => {
  const catalogues = {
    series: () => [],
    sealed(): never {
      throw new Error('secret of the disk')
    }
  }
  const raw = new RawAsker(queryBench({ catalogues }).open())
  const [answer] = await raw.ask({ id: 1, op: 'describe' })
  t.equal(answer?.error?.code, 'internal')
  t.notMatch(answer?.error?.text, /secret/)
})

t.test('what breaks the rules resets the stream', async (t) => {
  const read = encodeRequest({ id: 1, op: 'read' })
  const observe = prefixed(encodeRequest({ id: 1, op: 'observe' }))
  const rows: [string, Uint8Array][] = [
    ['a length that is not minimal', Buffer.concat([new Uint8Array([0x80 + read.length, 0]), read])],
    ['an oversized frame', new Uint8Array([0x81, 0x04])],
    ['an empty frame', new Uint8Array([0])],
    ['no CBOR', prefixed(new Uint8Array([0xff, 1, 2]))],
    ['an id that is in use', Buffer.concat([observe, observe])]
  ]
  for (const [name, bytes] of rows) {
    const bench = queryBench()
    const raw = new RawAsker(bench.open())
    raw.stream.send(bytes)
    await settle()
    t.ok(raw.closed, name)
    t.equal(bench.server.sessions, 0)
    t.equal(bench.clock.pending, 0, 'nothing is left behind')
  }
})

t.test('a stream that ends within a frame is reset, one that ends between frames is answered', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const cut = new RawAsker(bench.open())
  cut.stream.send(prefixed(encodeRequest({ id: 1, op: 'read' })).subarray(0, 5))
  await cut.stream.close()
  await settle()
  t.equal(cut.stream.status, 'reset')
  const whole = new RawAsker(bench.open())
  whole.send({ id: 1, op: 'read' })
  await whole.stream.close()
  t.match(await whole.heard(), [{ id: 1, end: true }])
  t.equal(whole.stream.status, 'closed')
  t.equal(bench.server.sessions, 0)
})

t.test('the 33rd open request is busy', async (t) => {
  const raw = new RawAsker(queryBench().open())
  const requests = Array.from({ length: 34 }, (_, id) => ({ id, op: 'observe' }))
  const answers = await raw.ask(...requests)
  t.same(
    answers.filter(({ error }) => error !== undefined).map(({ id, error }) => [id, error?.code]),
    [
      [32, 'busy'],
      [33, 'busy']
    ]
  )
  t.match(await raw.ask({ id: 0, op: 'cancel' }), [{ id: 0, end: true }])
  t.match(await raw.ask({ id: 40, op: 'observe' }), [{ id: 40, alive: true }], 'a place was freed')
})

t.test('a peer that asks too often gets `busy` with a retry, and is reset if it goes on', async (t) => {
  const limits = { ...queryLimits, rate: 10, burst: 5 }
  const bench = queryBench({ limits })
  bench.hub.add(packOf(0))
  const raw = new RawAsker(bench.open())
  const answers = await raw.ask(...Array.from({ length: 8 }, (_, id) => ({ id, op: 'read' })))
  t.same(codes(answers).filter(Boolean), ['busy', 'busy', 'busy'])
  t.equal(answers.find(({ error }) => error !== undefined)?.error?.retry, 100)
  t.equal((await new RawAsker(bench.open()).ask({ id: 1, op: 'read' }))[0]?.error?.code, 'busy', 'per peer')
  await bench.clock.advance(100)
  t.match(await raw.ask({ id: 1, op: 'read' }), [{ id: 1, end: true }])
  raw.send(...Array.from({ length: 20 }, (_, id) => ({ id, op: 'read' })))
  await settle()
  t.ok(raw.closed)
})

t.test('credit and cancel for requests that are not open are charged as errors', async (t) => {
  const raw = new RawAsker(queryBench({ limits: { ...queryLimits, burst: 5 } }).open())
  t.same(await raw.ask({ id: 1, op: 'cancel' }, { id: 1, op: 'credit', credit: 2 }), [])
  raw.send(...Array.from({ length: 5 }, (_, id) => ({ id, op: 'cancel' })))
  await settle()
  t.ok(raw.closed)
})

t.test('a malformed credit or cancel ends the request that it speaks of', async (t) => {
  for (const op of ['credit', 'cancel']) {
    const bench = queryBench()
    const raw = new RawAsker(bench.open())
    t.match(await raw.ask({ id: 1, op: 'observe' }), [{ id: 1, alive: true }])
    t.same(codes(await raw.ask({ id: 1, op, credit: 65 })), ['bad-request'], op)
    t.equal(bench.hub.subscribers.size, 0, 'nobody waits for news any more')
    bench.hub.add(packOf(0))
    t.same(await raw.heard(), [], 'the error was the last answer')
    t.match(await raw.ask({ id: 1, op: 'read' }), [{ id: 1, pack: Uint8Array, end: true }], 'its id is free')
  }
})

t.test('a caller that is not admitted gets denied, whatever it asks', async (t) => {
  const admission = { answers: ({ peer }: { peer: string }) => peer !== requester }
  const bench = queryBench({ admission })
  bench.hub.add(packOf(0))
  const stranger = new RawAsker(bench.open())
  for (const op of ['read', 'observe', 'history', 'describe', 'time']) {
    t.same(codes(await stranger.ask({ id: 1, op, n: 'hall' })), ['denied'])
  }
  const friend = new RawAsker(bench.open(topic, { peer: asked, host: undefined, direct: true }))
  t.match(await friend.ask({ id: 1, op: 'read' }), [{ pack: Uint8Array, end: true }])
})

const notBedroom = ({ peer }: { peer: string }, { device }: { device: string }): boolean =>
  device !== 'bedroom' || peer === asked

t.test('of a pack of ours each gets what it may read, sealed anew where that is not all', async (t) => {
  const bench = queryBench({ mayRead: notBedroom })
  const seriesIn = ([answer]: readonly { pack?: unknown }[]): string[] =>
    us.open('pack', topic, answer?.pack as Uint8Array).readings.map(({ series }) => series)
  bench.hub.add(us.pack(topic, [reading(0, 'bedroom'), reading(0, 'hall')]))
  const stranger = new RawAsker(bench.open())
  t.same(seriesIn(await stranger.ask({ id: 1, op: 'read' })), [`${asked}/hall/temperature`])
  t.same(seriesIn(await stranger.ask({ id: 2, op: 'observe' })), [`${asked}/hall/temperature`])
  t.same(codes(await stranger.ask({ id: 3, op: 'read', n: 'bedroom' })), ['no-such'])
  const owner = new RawAsker(bench.open(topic, { peer: asked, host: undefined, direct: true }))
  t.equal(seriesIn(await owner.ask({ id: 1, op: 'read' })).length, 2)
  bench.hub.add(us.pack(topic, [reading(1, 'bedroom'), reading(1, 'hall')]))
  t.same(seriesIn(await stranger.heard()), [`${asked}/hall/temperature`])
  bench.hub.add(us.pack(topic, [reading(2, 'bedroom')]))
  t.same(await stranger.heard(), [])
})

t.test('a pack of another author cannot be cut: it is sent whole or not at all', async (t) => {
  const bench = queryBench({ self: requester, mayRead: notBedroom })
  bench.hub.add(us.pack(topic, [reading(0, 'bedroom'), reading(0, 'hall')]))
  const stranger = new RawAsker(bench.open())
  t.same(codes(await stranger.ask({ id: 1, op: 'read', who: asked })), ['no-data'])
  bench.hub.add(us.pack(topic, [reading(1, 'hall')]))
  t.match(await stranger.ask({ id: 1, op: 'read', who: asked }), [{ pack: Uint8Array }])
})

t.test('a protocol answers only with what it carries', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const raw = new RawAsker(bench.open('/sensor/humidity/v1'))
  t.same(codes(await raw.ask({ id: 1, op: 'read' })), ['no-such'])
  t.same(codes(await raw.ask({ id: 2, op: 'read', n: 'hall' })), ['no-such'])
})

t.test('a fifth stream of a peer takes the place of an idle one, or is refused', async (t) => {
  const bench = queryBench()
  const four = Array.from({ length: 4 }, () => new RawAsker(bench.open()))
  const fifth = new RawAsker(bench.open())
  await settle()
  t.same(
    four.map(({ closed }) => closed),
    [true, false, false, false]
  )
  for (const raw of [...four.slice(1), fifth]) await raw.ask({ id: 1, op: 'observe' })
  const sixth = new RawAsker(bench.open())
  await settle()
  t.ok(sixth.closed)
  t.equal(bench.server.sessions, 4)
  new RawAsker(bench.open('/sensor/humidity/v1'))
  t.equal(bench.server.sessions, 5, 'each protocol counts by itself')
})

t.test('a thousand silent streams of strangers lock nobody out, and end by themselves', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const busy = new RawAsker(bench.open())
  await busy.ask({ id: 1, op: 'observe' })
  for (let i = 0; i < 1000; i++) bench.open(topic, { peer: `stranger ${i}`, host: '192.0.2.1', direct: true })
  t.equal(bench.server.sessions, queryLimits.sessions)
  const late = new RawAsker(bench.open(topic, { peer: 'late', host: undefined, direct: true }))
  t.match(await late.ask({ id: 1, op: 'read' }), [{ pack: Uint8Array }])
  await bench.clock.advance(2 * queryLimits.idle)
  t.equal(bench.server.sessions, 1, 'the one that observes stays')
  t.notOk(busy.closed)
  await bench.server.stop()
  await settle()
  t.equal(bench.clock.pending, 0)
})

t.test('a slow reader is waited for, then cut off', async (t) => {
  const big = { sealed: () => new Uint8Array(16_000), series: () => [] }
  const bench = queryBench({ catalogues: big })
  const raw = new RawAsker(bench.open())
  raw.stream.stall()
  const requests = Array.from({ length: 30 }, (_, id) => ({ id, op: 'describe' }))
  for (const request of requests) {
    raw.send(request)
    await settle()
  }
  t.ok(raw.stream.heldBytes < 100_000, `${raw.stream.heldBytes} bytes on the way, the rest waits`)
  raw.stream.release()
  t.equal((await raw.heard()).length, 30, 'released, it gets every answer')
  raw.stream.stall()
  for (const request of requests) {
    raw.send(request)
    await settle()
  }
  await bench.clock.advance(queryLimits.write + 1)
  await settle()
  t.equal(bench.server.sessions, 0)
})

t.test(
  'cancelled while its answers wait for a slow reader, a request has one end and nothing behind it',
  async (t) => {
    const bench = queryBench({ catalogues: { sealed: () => new Uint8Array(16_000), series: () => [] } })
    for (let i = 0; i < 300; i++) bench.hub.add(packOf(0, `d${i}`))
    const raw = new RawAsker(bench.open())
    for (const op of ['read', 'describe']) {
      raw.stream.stall()
      const ids = [1, 2, 3, 4, 5, 6, 7, 8]
      raw.send(...ids.map((id) => ({ id, op })))
      raw.send(...ids.map((id) => ({ id, op: 'cancel' })))
      await settle()
      raw.stream.release()
      const answers = await raw.heard()
      for (const id of ids) {
        const own = answers.filter((answer) => answer.id === id)
        t.equal(own.filter(({ end }) => end === true).length, 1, `${op} ${id}`)
        t.equal(own.at(-1)?.end, true)
      }
    }
    t.notOk(raw.closed)
  }
)

t.test(
  'who asks and cancels against a stalled reader fills no memory: what waits counts as open',
  async (t) => {
    const bench = queryBench({ catalogues: { sealed: () => new Uint8Array(16_000), series: () => [] } })
    const raw = new RawAsker(bench.open())
    raw.stream.stall()
    for (let id = 0; id < 200; id++) raw.send({ id, op: 'describe' }, { id, op: 'cancel' })
    await settle()
    raw.stream.release()
    const answers = await raw.heard()
    const served = answers.filter(({ meta }) => meta !== undefined).length
    t.ok(served < 45, `${served} of 200 were served, the others were busy`)
    t.equal(codes(answers).filter((code) => code === 'busy').length, 200 - served)
  }
)

t.test('requests, errors and closed streams are counted', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const raw = new RawAsker(bench.open())
  await raw.ask(
    { id: 1, op: 'read' },
    { id: 2, op: 'time' },
    { id: 3, op: 'read', n: 'x' },
    { id: 4, op: 'dance' }
  )
  raw.stream.send(new Uint8Array([0]))
  await settle()
  t.same(bench.server.counters, {
    read: 2,
    time: 1,
    'error-no-such': 1,
    'error-unknown-op': 1,
    'closed-bad-frame': 1
  })
})
