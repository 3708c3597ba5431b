import t, { type Test } from 'tap'
import { DatagramExchange } from '../../../src/protocol/datagram/exchange.ts'
import { FAIR_WEATHER } from '../../support/datagram/lossy-network.ts'
import { bytes, type Pair, pair, stop, udpPair } from '../../support/datagram/pair.ts'

interface Answer {
  readonly id: number
  readonly bytes: Uint8Array
}

/** b answers what a asks: the first character is the id. */
function answering({ b, clock }: Pair): { exchange: DatagramExchange<Answer>; asked: string[] } {
  const asked: string[] = []
  b.datagrams.handle('/ask/v1', (flow) => (question) => {
    asked.push(Buffer.from(question).toString())
    flow.send(bytes(`${Buffer.from(question)}!`))
  })
  const read = (answer: Uint8Array): Answer => ({
    id: Number(String.fromCharCode(answer[0] ?? 0)),
    bytes: answer
  })
  return { exchange: new DatagramExchange({ clock, read, pending: 4, deadline: 10_000 }), asked }
}

t.test('a question and its answer; the round trip is measured', async (t) => {
  const made = await udpPair({
    wire: { delay: 10 },
    weather: { loss: 0, duplication: 0, delay: 30, jitter: 0 }
  })
  const { exchange } = answering(made)
  const receive = (answer: Uint8Array): void => exchange.receive(answer)
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/ask/v1'], { receive }))
  const before = flow.roundTrip.smoothed ?? 0
  t.same((await made.clock.run(exchange.ask(flow, 1, bytes('1 how warm')))).bytes, bytes('1 how warm!'))
  t.ok((flow.roundTrip.smoothed ?? 0) > before)
  t.equal(exchange.size, 0)
  await stop(made)
})

t.test(
  'retries after max(100 ms, 3 SRTT), doubled, four times, with the same bytes; then no-answer',
  async (t) => {
    const made = await pair()
    const { clock } = made
    const times: number[] = []
    made.b.datagrams.handle('/deaf/v1', () => () => times.push(clock.monotonic() - began))
    const { exchange } = answering(made)
    const flow = await clock.run(made.a.datagrams.open('b', ['/deaf/v1'], { receive: () => {} }))
    const began = clock.monotonic() + 1
    await t.rejects(clock.run(exchange.ask(flow, 1, bytes('1'))), { code: 'no-answer' })
    // The path is validated after the second: from then on retries arrive both ways.
    t.same(
      times.map((time) => Math.round(time / 10) * 10),
      [0, 100, 300, 300, 700, 700, 1500, 1500]
    )
    t.equal(clock.monotonic() - began + 1, 3100)
    flow.roundTrip.sample(2000)
    const smoothed = flow.roundTrip.smoothed ?? 0
    times.length = 0
    const again = exchange.ask(flow, 2, bytes('2'))
    await clock.advance(3 * smoothed - 10)
    t.equal(times.length, 2, 'both ways: UDP is suspected')
    await clock.advance(20)
    t.equal(times.length, 4)
    flow.close()
    exchange.flowEnded(flow)
    await t.rejects(again, { code: 'datagram-lost' })
    await stop(made)
  }
)

t.test('UDP fails while asking: the answer comes by stream', async (t) => {
  const made = await udpPair()
  const { exchange, asked } = answering(made)
  const receive = (answer: Uint8Array): void => exchange.receive(answer)
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/ask/v1'], { receive }))
  await made.clock.advance(6000)
  t.equal(flow.carrier, 'udp')
  made.b.host.blocked = true
  t.same((await made.clock.run(exchange.ask(flow, 1, bytes('1')))).bytes, bytes('1!'))
  t.same(asked.length > 0, true)
  await stop(made)
})

t.test('UDP fails as soon as it was validated: answered by stream', async (t) => {
  const made = await pair()
  const { exchange } = answering(made)
  const receive = (answer: Uint8Array): void => exchange.receive(answer)
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/ask/v1'], { receive }))
  for (let id = 1; flow.carrier !== 'udp'; id++) {
    await made.clock.run(exchange.ask(flow, id, bytes(`${id}`)))
    await made.clock.advance(10)
  }
  t.same((await made.clock.run(exchange.ask(flow, 8, bytes('8')))).bytes, bytes('8!'), 'by UDP')
  // Both ways: the answerer cannot know yet that its own packets are lost.
  made.a.host.blocked = true
  made.b.host.blocked = true
  for (const question of ['9', '1']) {
    const ask = exchange.ask(flow, Number(question), bytes(question))
    t.same((await made.clock.run(ask)).bytes, bytes(`${question}!`), 'by stream')
  }
  t.equal(flow.carrier, 'stream')
  await stop(made)
})

t.test('aborted, too many, twice the same id', async (t) => {
  const made = await pair()
  const { exchange } = answering(made)
  const controller = new AbortController()
  made.b.datagrams.handle('/deaf/v1', () => () => {})
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/deaf/v1'], { receive: () => {} }))
  const asks = ['1', '2', '3', '4'].map((id) => exchange.ask(flow, Number(id), bytes(id), controller.signal))
  await t.rejects(exchange.ask(flow, 5, bytes('5')), { code: 'busy' })
  controller.abort(new Error('enough'))
  for (const ask of asks) await t.rejects(ask, { message: 'enough' })
  t.equal(exchange.size, 0)
  const one = exchange.ask(flow, 1, bytes('1'))
  await t.rejects(exchange.ask(flow, 1, bytes('1')), { code: 'busy' })
  exchange.receive(bytes('9 unknown'))
  exchange.receive(bytes('1 answer'))
  t.same((await one).bytes, bytes('1 answer'))
  await stop(made)
})

t.test('a flow that has ended is not asked', async (t) => {
  const made = await pair()
  const { exchange } = answering(made)
  made.near.close()
  await t.rejects(exchange.ask(made.near, 1, bytes('1')), { code: 'datagram-lost', message: /was closed/ })
  t.equal(exchange.size, 0)
  await stop(made)
})

t.test('while UDP is suspected a request goes by UDP and by stream, until no probe comes back', async (t) => {
  const made = await udpPair()
  const { exchange, asked } = answering(made)
  const receive = (answer: Uint8Array): void => exchange.receive(answer)
  const { clock, world, a } = made
  const flow = await clock.run(a.datagrams.open('b', ['/ask/v1'], { receive }))
  const sent = async (question: string): Promise<[number, number]> => {
    const before = a.datagrams.status().traffic
    await clock.run(exchange.ask(flow, Number(question), bytes(question)))
    const after = a.datagrams.status().traffic
    return [after.sentUdp - before.sentUdp, after.sentStream - before.sentStream]
  }
  t.same(await sent('0'), [1, 0])
  await clock.advance(6000)
  world.network.weather = { ...FAIR_WEATHER, loss: 1 }
  t.same(await sent('1'), [2, 1], 'the question by UDP, what is asked again both ways')
  flow.suspect()
  t.same(await sent('2'), [1, 1], 'at once both ways')
  flow.send(bytes('3 a message of another kind'))
  await clock.advance(10)
  t.equal(asked.filter((question) => question.startsWith('3')).length, 1, 'comes once')
  await clock.advance(6000)
  t.same(await sent('4'), [0, 1], 'given up')
  world.network.weather = FAIR_WEATHER
  await clock.advance(15_000)
  await sent('5')
  await clock.advance(10)
  t.same(await sent('6'), [1, 0], 'validated again')
  await stop(made)
})

t.test('a slow answer by UDP does not make it suspected', async (t) => {
  const made = await udpPair()
  const { clock, a, b } = made
  b.datagrams.handle('/ask/v1', (flow) => (question) => {
    clock.after(150, () => flow.send(question))
  })
  const read = (answer: Uint8Array): { id: number } => ({ id: Number(Buffer.from(answer)) })
  const exchange = new DatagramExchange({ clock, read, pending: 4, deadline: 10_000 })
  const receive = (answer: Uint8Array): void => exchange.receive(answer)
  const flow = await clock.run(a.datagrams.open('b', ['/ask/v1'], { receive }))
  const changes: string[] = []
  flow.onCarrier((carrier) => changes.push(carrier))
  for (let id = 1; id < 50; id++) await clock.run(exchange.ask(flow, id, bytes(`${id}`)))
  t.same(changes, [])
  t.equal(flow.carrier, 'udp')
  await stop(made)
})

t.test('a peer slower than the deadline fails at the deadline', async (t) => {
  const made = await pair()
  made.b.datagrams.handle('/deaf/v1', () => () => {})
  const { exchange } = answering(made)
  const { clock } = made
  const flow = await clock.run(made.a.datagrams.open('b', ['/deaf/v1'], { receive: () => {} }))
  for (let i = 0; i < 50; i++) flow.roundTrip.sample(2000)
  const began = clock.monotonic()
  await t.rejects(clock.run(exchange.ask(flow, 1, bytes('1'))), { code: 'no-answer' })
  t.equal(clock.monotonic() - began, 10_000)
  await stop(made)
})

interface Asked {
  readonly answered: number
  readonly byUdp: number
  readonly byStream: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** 1000 questions in a row at 30 % loss of UDP and 20 ms each way. @param loss of TCP's segments */
async function inStorm(t: Test, loss: number): Promise<Asked> {
  const made = await pair({
    wire: { delay: 20, loss },
    weather: { loss: 0.3, duplication: 0, delay: 20, jitter: 5 },
    seed: 5
  })
  const { clock, a, b } = made
  b.datagrams.handle('/ask/v1', (flow) => (question) => flow.send(question))
  const read = (answer: Uint8Array): { id: number } => ({ id: Number(Buffer.from(answer)) })
  const exchange = new DatagramExchange({ clock, read, pending: 4, deadline: 10_000 })
  const receive = (answer: Uint8Array): void => exchange.receive(answer)
  const flow = await clock.run(a.datagrams.open('b', ['/ask/v1'], { receive }))
  let answered = 0
  const spent: number[] = []
  for (let id = 0; id < 1000; id++) {
    const began = clock.monotonic()
    const ask = exchange.ask(flow, id, bytes(`${id}`)).then(
      () => answered++,
      () => {}
    )
    await clock.run(ask)
    spent.push(clock.monotonic() - began)
    await clock.advance(50)
  }
  spent.sort((one, other) => one - other)
  const { sentUdp: byUdp, sentStream: byStream } = a.datagrams.status().traffic
  const [p50 = 0, p99 = 0] = [spent[500], spent[990]]
  t.equal(flow.protocol, '/ask/v1')
  const times = `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`
  t.comment(`answered ${answered} of 1000, ${times}, ${byUdp} by UDP, ${byStream} by stream`)
  await stop(made)
  return { answered, byUdp, byStream, p50, p99 }
}

t.test('30 % loss and 20 ms delay each way: 99.9 % of asks are answered', async (t) => {
  const { answered, byUdp, byStream, p99 } = await inStorm(t, 0)
  t.ok(answered >= 999)
  t.ok(byUdp > 500 && byUdp > 0.5 * byStream, 'UDP was used all the same')
  t.ok(p99 < 500)
})

t.test('where TCP loses as much, UDP is not given up for it', async (t) => {
  const { answered, byUdp, p50, p99 } = await inStorm(t, 0.3)
  // The rest may still be asked over a stream.
  t.ok(answered >= 990)
  t.ok(byUdp > 1000)
  t.ok(p50 < 100)
  t.ok(p99 < 3000)
})
