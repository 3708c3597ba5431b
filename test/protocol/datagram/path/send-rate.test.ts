import t from 'tap'
import { defaultDatagramLimits } from '../../../../src/protocol/datagram/limits.ts'
import { RoundTrip } from '../../../../src/protocol/datagram/path/round-trip.ts'
import { SendRate } from '../../../../src/protocol/datagram/path/send-rate.ts'
import { bytes, pair, stop } from '../../../support/datagram/pair.ts'

t.test('one datagram a round trip to a distant peer, 1 to 1000 a second', (t) => {
  for (const [roundTrip, perSecond] of [
    [50, 20],
    [0.1, 1000],
    [4000, 1]
  ] as const) {
    const known = new RoundTrip()
    known.sample(roundTrip)
    t.equal(new SendRate(defaultDatagramLimits, false, known).perSecond(0), perSecond)
  }
  const unknown = new RoundTrip()
  t.equal(new SendRate(defaultDatagramLimits, false, unknown).perSecond(0), 1)
  t.equal(new SendRate(defaultDatagramLimits, true, unknown).perSecond(0), 1000, 'on link')
  t.end()
})

t.test('the connection’s own round trip serves until there is another', (t) => {
  const roundTrip = new RoundTrip(() => 100)
  t.equal(new SendRate(defaultDatagramLimits, false, roundTrip).perSecond(0), 10)
  roundTrip.sample(20)
  t.equal(roundTrip.smoothed, 20)
  t.end()
})

t.test('more than 10 % loss halves the rate for a while', (t) => {
  const rate = new SendRate(defaultDatagramLimits, true, new RoundTrip())
  rate.reported(91, 100, 0)
  rate.reported(1, 9, 0)
  t.equal(rate.perSecond(0), 1000, 'a little loss, or too few to know')
  rate.reported(89, 100, 0)
  t.equal(rate.perSecond(0), 500)
  t.equal(rate.perSecond(14_999), 500)
  t.equal(rate.perSecond(15_000), 1000)
  t.end()
})

t.test('over a relay the answerer keeps up: it has never measured a round trip itself', async (t) => {
  const made = await pair({ wire: { direct: false, onLink: false, delay: 25, roundTrip: 50 } })
  made.b.datagrams.handle('/ask/v1', (flow) => (question) => flow.send(question))
  let answers = 0
  const receive = (): number => answers++
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/ask/v1'], { receive }))
  for (let i = 0; i < 40; i++) {
    flow.send(bytes('1'))
    await made.clock.advance(60)
  }
  t.equal(answers, 40)
  await stop(made)
})

t.test('a listener that throws is logged, and ends nothing', async (t) => {
  const made = await pair()
  const ends: string[] = []
  made.near.onEnd(() => {
    throw new Error('mine')
  })
  made.near.onEnd((reason) => ends.push(reason))
  made.near.close()
  t.strictSame(ends, ['closed'])
  t.equal(made.a.datagrams.status().drops.receiver, 1)
  t.match(made.a.lines, [/listener.*mine/])
  await stop(made)
})
