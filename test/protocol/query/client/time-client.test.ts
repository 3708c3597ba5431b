import t from 'tap'
import { topic } from '../../../support/history.ts'
import { asked, queryBench, settle } from '../../../support/query/bench.ts'
import { against } from '../../../support/query/hand-answered.ts'

const signal = new AbortController().signal

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
