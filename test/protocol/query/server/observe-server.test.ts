import t from 'tap'
import type { QueryAnswer } from '../../../../src/protocol/query/codec/frame.ts'
import { them, topic, us } from '../../../support/history.ts'
import {
  asked,
  packOf,
  queryBench,
  queryLimits,
  RawAsker,
  reading,
  settle
} from '../../../support/query/bench.ts'

/** Device and seq of the first reading of each pack; what is no pack as its field. */
function linesOf(answers: readonly QueryAnswer[]): string[] {
  return answers.map(({ pack, old, skip, alive }) => {
    if (!(pack instanceof Uint8Array)) return alive === true ? 'alive' : 'other'
    const [first] = us.open('pack', topic, pack).readings
    const name = `${first?.series.split('/')[1]} ${first?.position.seq}`
    return [name, ...(old === true ? ['old'] : []), ...(skip === undefined ? [] : [`skip ${skip}`])].join(' ')
  })
}

t.test('first the latest, with its position, then what is new', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(4))
  const raw = new RawAsker(bench.open())
  const first = await raw.ask({ id: 1, op: 'observe', credit: 8 })
  t.same(linesOf(first), ['hall 4 old'])
  t.same(first[0]?.pos, { epoch: 1_790_000_000, boot: '0011223344556677', seq: 4 })
  bench.hub.add(packOf(5))
  bench.hub.add(packOf(0, 'air'))
  t.same(linesOf(await raw.heard()), ['hall 5', 'air 0'])
})

t.test('where nothing was measured yet, alive shows that the request was accepted', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  t.same(linesOf(await raw.ask({ id: 1, op: 'observe', n: 'hall' })), ['alive'])
  bench.hub.add(packOf(0, 'air'))
  bench.hub.add(packOf(0, 'hall'))
  t.same(linesOf(await raw.heard()), ['hall 0'], 'only what was asked for')
})

t.test('a pack costs a credit; at none the newest a series waits and the rest is counted', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe', credit: 2 })
  for (let seq = 0; seq < 5; seq++) bench.hub.add(packOf(seq, 'hall'))
  bench.hub.add(packOf(0, 'air'))
  t.same(linesOf(await raw.heard()), ['hall 0', 'hall 1'])
  t.same(linesOf(await raw.ask({ id: 1, op: 'credit', credit: 1 })), ['hall 4 skip 2'])
  t.same(linesOf(await raw.ask({ id: 1, op: 'credit', credit: 5 })), ['air 0'])
  bench.hub.add(packOf(5, 'hall'))
  t.same(linesOf(await raw.heard()), ['hall 5'])
})

t.test('of packs with several series none is dropped that is the newest of any', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe', credit: 1 })
  bench.hub.add(packOf(0, 'spent'))
  bench.hub.add(us.pack(topic, [reading(0, 'air'), reading(0, 'soil')]))
  bench.hub.add(packOf(1, 'air'))
  bench.hub.add(packOf(2, 'air'))
  await raw.heard()
  t.same(linesOf(await raw.ask({ id: 1, op: 'credit', credit: 9 })), ['air 0 skip 1', 'air 2'])
})

t.test('a reader at credit 0 for an hour costs no memory and is kept alive', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const raw = new RawAsker(bench.open())
  t.same(linesOf(await raw.ask({ id: 1, op: 'observe', credit: 1 })), ['hall 0 old'])
  for (let seq = 1; seq <= 60; seq++) {
    await bench.clock.advance(60_000)
    bench.hub.add(packOf(seq))
    for (let i = 0; i < 30; i++) bench.hub.add(packOf(seq, `d${i}`))
  }
  const heard = linesOf(await raw.heard())
  t.ok(heard.every((answer) => answer === 'alive') && heard.length >= 118, `${heard.length} times alive`)
  t.notOk(raw.closed)
  const rest = linesOf(await raw.ask({ id: 1, op: 'credit', credit: 64 }))
  t.equal(rest.length, queryLimits.observedSeries, 'no more than the bound was kept')
  t.ok(
    rest.every((answer) => answer.includes(' 60')),
    'the newest'
  )
  t.match(rest[0], /skip \d+/)
})

t.test('credit beyond 64 is not saved up', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe', credit: 64 })
  for (let i = 0; i < 5; i++) await raw.ask({ id: 1, op: 'credit', credit: 64 })
  for (let seq = 0; seq < 100; seq++) bench.hub.add(packOf(seq))
  t.equal((await raw.heard()).length, 64)
})

t.test('alive after 30 s of silence, and only then', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe' })
  await bench.clock.advance(29_000)
  bench.hub.add(packOf(1))
  t.same(linesOf(await raw.heard()), ['hall 1'])
  await bench.clock.advance(29_999)
  t.same(linesOf(await raw.heard()), [])
  await bench.clock.advance(1)
  t.same(linesOf(await raw.heard()), ['alive'])
})

t.test('with every, packs come that many seconds apart', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const raw = new RawAsker(bench.open())
  t.same(linesOf(await raw.ask({ id: 1, op: 'observe', every: 10 })), ['hall 0 old'])
  for (let seq = 1; seq <= 25; seq++) {
    await bench.clock.advance(1000)
    bench.hub.add(packOf(seq))
  }
  t.same(linesOf(await raw.heard()), ['hall 9 skip 8', 'hall 19 skip 9'])
})

t.test('packs behind what was handed on, and blocks, are left to history', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe' })
  for (const seq of [5, 3, 5, 6]) bench.hub.add(packOf(seq))
  bench.hub.add(us.block(topic, [reading(7), reading(8)]))
  t.same(linesOf(await raw.heard()), ['hall 5', 'hall 6'])
  const older = { ...reading(9), position: { epoch: 1, boot: 'ff'.repeat(8), seq: 9 } }
  bench.hub.add(us.pack(topic, [older]))
  t.same(linesOf(await raw.heard()), [], 'an older run')
  const twin = { ...reading(0), position: { ...reading(0).position, boot: 'ff'.repeat(8) } }
  bench.hub.add(us.pack(topic, [twin]))
  t.same(linesOf(await raw.heard()), ['hall 0'], 'two boots of one epoch are kept apart')
})

t.test('others are observed at a gateway by who', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(3, 'hall', them))
  bench.hub.add(packOf(1, 'hall'))
  const raw = new RawAsker(bench.open())
  const answers = await raw.ask({ id: 1, op: 'observe', who: them.peer })
  t.equal(answers.length, 1)
  t.same(answers[0]?.pos?.seq, 3)
})

t.test('cancel ends it: nothing more comes and nothing is kept', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe' })
  t.same(await raw.ask({ id: 1, op: 'cancel' }), [{ id: 1, end: true }])
  bench.hub.add(packOf(0))
  await bench.clock.advance(60_000)
  t.same(await raw.heard(), [])
  t.equal(bench.hub.subscribers.size, 0)
})

t.test('a peer removed from the book gets `denied` at the next pack', async (t) => {
  let answers = true
  const bench = queryBench({ admission: { answers: () => answers } })
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe' })
  answers = false
  bench.hub.add(packOf(0))
  t.match(await raw.heard(), [{ id: 1, error: { code: 'denied' } }])
  t.equal(bench.hub.subscribers.size, 0)
})

t.test('a stalled reader is not sent more than the stream takes; released, it has the newest', async (t) => {
  const bench = queryBench()
  const raw = new RawAsker(bench.open())
  await raw.ask({ id: 1, op: 'observe', credit: 64 })
  raw.stream.stall()
  const many = (seq: number) =>
    us.pack(
      topic,
      Array.from({ length: 200 }, (_, i) => reading(seq * 200 + i)),
      { maxPayload: 16_384 }
    )
  for (let seq = 0; seq < 60; seq++) {
    bench.hub.add(many(seq))
    await settle()
  }
  t.ok(raw.stream.heldBytes < 100_000, `${raw.stream.heldBytes} bytes on the way`)
  raw.stream.release()
  const seqs = linesOf(await raw.heard())
  t.equal(seqs.at(-1), 'hall 11800')
  await raw.ask({ id: 1, op: 'credit', credit: 64 })
  raw.stream.stall()
  for (let seq = 60; seq < 120; seq++) {
    bench.hub.add(many(seq))
    await settle()
  }
  await bench.clock.advance(queryLimits.write + 1)
  await settle()
  t.equal(bench.server.sessions, 0, 'a reader that takes nothing is cut off')
  t.equal(bench.hub.subscribers.size, 0)
})

t.test('a peer observes so many times at once, over all its streams', async (t) => {
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const streams = [1, 2, 3].map(() => new RawAsker(bench.open()))
  const [first, second, third] = streams
  if (first === undefined || second === undefined || third === undefined) throw new Error('there are three')
  for (const raw of [first, second])
    raw.send(...Array.from({ length: 32 }, (_, id) => ({ id, op: 'observe', n: 'hall' })))
  third.send(...Array.from({ length: 20 }, (_, id) => ({ id, op: 'observe', n: 'hall' })))
  await settle()
  const refused = third.answers.filter(({ error }) => error?.code === 'busy').map(({ id }) => id)
  t.strictSame(refused, [16, 17, 18, 19], '80 are open')
  const other = new RawAsker(bench.open(topic, { peer: asked, host: undefined, direct: true }))
  t.match(await other.ask({ id: 1, op: 'observe', n: 'hall' }), [{ pack: Uint8Array }], 'others are served')
  await first.ask({ id: 3, op: 'cancel' })
  await third.heard()
  t.notOk((await third.ask({ id: 40, op: 'observe', n: 'hall' })).some(({ error }) => error !== undefined))
  second.stream.abort(new Error('gone'))
  await settle()
  t.notOk((await third.ask({ id: 41, op: 'observe', n: 'hall' })).some(({ error }) => error !== undefined))
})

t.test('however many observe, they are one subscriber of the hub', async (t) => {
  const bench = queryBench()
  const raws = [new RawAsker(bench.open()), new RawAsker(bench.open())]
  for (const raw of raws) raw.send(...Array.from({ length: 20 }, (_, id) => ({ id, op: 'observe' })))
  await settle()
  t.equal(bench.hub.subscribers.size, 1)
  bench.hub.add(packOf(0))
  for (const raw of raws) t.equal(linesOf(await raw.heard()).filter((line) => line === 'hall 0').length, 20)
  for (const raw of raws) raw.stream.abort(new Error('enough'))
  await settle()
  t.equal(bench.hub.subscribers.size, 0)
})
