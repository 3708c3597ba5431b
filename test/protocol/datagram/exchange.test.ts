import t from 'tap'
import { DatagramExchange } from '../../../src/protocol/datagram/exchange.ts'
import { bytes, type Pair, PROTOCOL, pair, stop, udpPair } from '../../support/datagram-pair.ts'

interface Told {
  readonly id: number
  readonly bytes: Uint8Array
}

/** b answers what a asks: the first character is the id. */
function answering({ b, clock }: Pair): { exchange: DatagramExchange<Told>; asked: string[] } {
  const asked: string[] = []
  b.datagrams.handle('/ask/v1', (flow) => (question) => {
    asked.push(Buffer.from(question).toString())
    flow.send(bytes(`${Buffer.from(question)}!`))
  })
  const read = (answer: Uint8Array): Told => ({
    id: Number(String.fromCharCode(answer[0] ?? 0)),
    bytes: answer
  })
  return { exchange: new DatagramExchange({ clock, read, pending: 4 }), asked }
}

t.test('a question and its answer; the round trip is learnt', async (t) => {
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
    t.same(
      times.map((time) => Math.round(time / 10) * 10),
      [0, 100, 300, 700, 1500]
    )
    t.equal(clock.monotonic() - began + 1, 3100)
    flow.roundTrip.sample(2000)
    const smoothed = flow.roundTrip.smoothed ?? 0
    times.length = 0
    const again = exchange.ask(flow, 2, bytes('2'))
    await clock.advance(3 * smoothed - 10)
    t.equal(times.length, 1)
    await clock.advance(20)
    t.equal(times.length, 2)
    flow.close()
    exchange.flowEnded(flow)
    await t.rejects(again, { code: 'datagram-lost' })
    await stop(made)
  }
)

t.test('UDP dies while asking: the answer comes by stream', async (t) => {
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

t.test('UDP dies as soon as it was proven: answered all the same', async (t) => {
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
  t.same((await made.clock.run(exchange.ask(flow, 9, bytes('9')))).bytes, bytes('9!'), 'by stream')
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

t.test('30 % loss and 20 ms delay each way: 99.9 % of asks are answered', async (t) => {
  const made = await pair({
    wire: { delay: 20 },
    weather: { loss: 0.3, duplication: 0, delay: 20, jitter: 5 },
    seed: 5
  })
  const { exchange } = answering(made)
  const receive = (answer: Uint8Array): void => exchange.receive(answer)
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/ask/v1'], { receive }))
  let answered = 0
  const spent: number[] = []
  for (let i = 0; i < 1000; i++) {
    const began = made.clock.monotonic()
    const ask = exchange.ask(flow, 1, bytes('1')).then(
      () => answered++,
      () => {}
    )
    await made.clock.run(ask)
    spent.push(made.clock.monotonic() - began)
    await made.clock.advance(50)
  }
  spent.sort((one, other) => one - other)
  const { sentUdp, sentStream } = made.a.datagrams.status().traffic
  t.comment(
    `answered ${answered} of 1000, p50 ${spent[500]?.toFixed(0)} ms, p99 ${spent[990]?.toFixed(0)} ms, ${sentUdp} by UDP, ${sentStream} by stream`
  )
  t.ok(answered >= 999)
  t.ok(sentUdp > 0.2 * sentStream, 'UDP was used all the same')
  t.equal(flow.protocol, '/ask/v1')
  t.not(flow.protocol, PROTOCOL)
  await stop(made)
})
