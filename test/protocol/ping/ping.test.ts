import t from 'tap'
import { PING_PROTOCOL, Pinger, ping } from '../../../src/protocol/ping/index.ts'
import { bytes, type Pair, pair, stop, udpPair } from '../../support/datagram/pair.ts'
import { drops } from '../../support/datagram/world.ts'

const signal = new AbortController().signal
const weather = { loss: 0, duplication: 0, delay: 10, jitter: 0 }

async function pinger({ a, b, clock }: Pair): Promise<Pinger> {
  ping({ answers: () => true })(b).start()
  return await clock.run(Pinger.open(a.datagrams, 'b', clock, signal))
}

t.test('the round trip, and what carried it', async (t) => {
  const made = await udpPair({ wire: { delay: 30 }, weather })
  const pings = await pinger(made)
  t.strictSame(await made.clock.run(pings.ping(5000, signal)), { rtt: 20, carrier: 'udp' })
  const relayed = await pair({ wire: { delay: 30, direct: false } })
  const slow = await pinger(relayed)
  t.strictSame(await relayed.clock.run(slow.ping(5000, signal)), { rtt: 60, carrier: 'stream' })
  slow.close()
  t.equal(slow.ended, true)
  t.equal(pings.ended, false)
  await stop(made)
  await stop(relayed)
})

t.test('a lost ping is not sent again; the next goes by stream', async (t) => {
  const made = await udpPair({ weather })
  const pings = await pinger(made)
  await made.clock.advance(6000)
  t.match(await made.clock.run(pings.ping(1000, signal)), { carrier: 'udp' })
  made.b.host.blocked = true
  const before = made.a.datagrams.status().traffic.sentUdp
  await t.rejects(made.clock.run(pings.ping(1000, signal)), { code: 'deadline' })
  t.equal(made.a.datagrams.status().traffic.sentUdp, before + 1)
  t.match(await made.clock.run(pings.ping(1000, signal)), { carrier: 'stream' })
  await stop(made)
})

t.test('who is not answered is refused; what cannot be sent says why', async (t) => {
  const made = await pair()
  ping({ answers: ({ peer, direct }) => peer === 'a' && !direct })(made.b).start()
  const refused = made.clock.run(Pinger.open(made.a.datagrams, 'b', made.clock, signal))
  await t.rejects(refused, { code: 'datagram-refused' })
  const pings = await pinger(made)
  await made.b.datagrams.stop()
  await made.clock.advance(100)
  await t.rejects(pings.ping(1000, signal), { code: 'not-sent', message: /closed-by-peer/ })
  await stop(made)
})

t.test('1 to 64 bytes are echoed, and an echo of nothing asked is ignored', async (t) => {
  const made = await pair()
  ping({ answers: () => true })(made.b).start()
  const echoed: number[] = []
  const receive = (datagram: Uint8Array): number => echoed.push(datagram.length)
  const flow = await made.clock.run(made.a.datagrams.open('b', [PING_PROTOCOL], { receive }))
  for (const length of [0, 1, 64, 65, 200]) flow.send(Buffer.alloc(length))
  await made.clock.advance(100)
  t.strictSame(echoed, [1, 64])
  made.b.datagrams.handle(PING_PROTOCOL, (theirs) => () => {
    theirs.send(bytes('not one of ours'))
    theirs.send(Buffer.alloc(4, 0xff))
  })
  const pings = await made.clock.run(Pinger.open(made.a.datagrams, 'b', made.clock, signal))
  await t.rejects(made.clock.run(pings.ping(500, signal)), { code: 'deadline' })
  t.equal(drops(made.a, 'receiver'), 0)
  await stop(made)
})
