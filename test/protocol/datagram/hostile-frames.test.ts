import t from 'tap'
import { bytes, pair, stop } from '../../support/datagram/pair.ts'
import { stranger, strangerWorld } from '../../support/datagram/stranger.ts'
import { drops } from '../../support/datagram/world.ts'

t.test('frames out of order, malformed or foreign reset the stream', async (t) => {
  const cases: [string, string][] = [
    ['ACCEPT to the responder', `0201${'22'.repeat(32)}${'c2'.repeat(8)}15b40490`],
    ['a second HELLO', `0101${'22'.repeat(32)}${'c2'.repeat(8)}15b40490`],
    ['OPEN with a flow of the other side', '03000301022f78'],
    ['OPEN_OK that nobody asked for', '04000100'],
    ['OPEN_NO that nobody asked for', '050001'],
    ['CLOSE of a flow that never was', '060002'],
    ['DATA of a flow that never was', '07000441'],
    ['REKEY_ACK that nobody asked for', `09${'22'.repeat(32)}${'c2'.repeat(8)}`],
    ['REKEY_REQ from the initiator', '0a'],
    ['an unknown type', '7f'],
    ['nothing', '']
  ]
  for (const [name, hex] of cases) {
    const { clock, world, b } = await strangerWorld()
    const { stream } = await stranger(world, clock, 5000)
    stream.send(Buffer.from(hex, 'hex'))
    await clock.advance(10)
    t.equal(stream.isOpen, false, name)
    t.equal(drops(b, 'bad-frame'), 1)
    t.equal(b.datagrams.status().sessions.length, 0)
    await b.datagrams.stop()
  }
  const { clock, world, b } = await strangerWorld()
  const early = world.open('s', 'b')
  early.send(Buffer.from('060002', 'hex'))
  await clock.advance(10)
  t.equal(early.isOpen, false, 'anything before HELLO')
  const silent = world.open('s', 'b')
  await clock.advance(10_100)
  t.equal(silent.isOpen, false, 'silence for 10 s')
  await b.datagrams.stop()
})

t.test('a responder bears only so many REKEYs', async (t) => {
  const { clock, world, b } = await strangerWorld()
  const { stream } = await stranger(world, clock, 5000)
  for (let i = 0; i < 20; i++)
    stream.send(Buffer.from(`08${Buffer.alloc(32, i).toString('hex')}${'c2'.repeat(8)}`, 'hex'))
  await clock.advance(10)
  t.equal(stream.isOpen, false)
  await b.datagrams.stop()
})

t.test('a receiver of ours that throws harms nobody', async (t) => {
  const made = await pair()
  made.b.datagrams.handle('/throws/v1', () => () => {
    throw new Error('no loudspeaker')
  })
  const flow = await made.clock.run(made.a.datagrams.open('b', ['/throws/v1'], { receive: () => {} }))
  flow.send(bytes('x'))
  await made.clock.advance(10)
  t.equal(drops(made.b, 'receiver'), 1)
  t.match(made.b.lines.join(), /no loudspeaker/)
  t.equal(made.far.ended, undefined)
  await stop(made)
})
