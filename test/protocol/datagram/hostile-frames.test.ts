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

t.test('a receiver of ours that throws ends nothing else', async (t) => {
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

function open(flow: number, ...names: readonly (string | Buffer)[]): Buffer {
  const head = Buffer.from([0x03, flow >> 8, flow & 0xff, names.length])
  return Buffer.concat([head, ...names.flatMap((name) => [Buffer.of(name.length), Buffer.from(name)])])
}

t.test('many flows, names of no form, CLOSE and what crosses it', async (t) => {
  const { clock, world, b } = await strangerWorld()
  const received: string[] = []
  b.datagrams.handle('/x', () => (datagram) => received.push(Buffer.from(datagram).toString()))
  const { stream } = await stranger(world, clock, 5000)
  const answers = world.stream[1].sent
  const answered = async (...frames: readonly Buffer[]): Promise<string[]> => {
    const before = answers.length
    for (const frame of frames) stream.send(frame)
    await clock.advance(10)
    return answers.slice(before).map((frame) => frame.toString('hex'))
  }
  const twelve = Array.from({ length: 12 }, (_, i) => open(2 * (i + 1), '/x'))
  t.equal((await answered(...twelve)).filter((frame) => frame.startsWith('04')).length, 12, 'twelve at once')
  const odd = [open(26, 'no slash, spaces'), open(28, '/x\u0000', '/x'), open(30, 'x'.repeat(255))]
  t.same(await answered(...odd), ['05001a', '04001c01', '05001e'], 'names of whatever form')
  const more = Array.from({ length: 20 }, (_, i) => open(2 * (i + 16), '/x'))
  const last = await answered(...more)
  t.same(last.map((frame) => frame.slice(0, 2)).indexOf('05'), 19, 'the 33rd is refused')

  t.same(await answered(Buffer.from('060002', 'hex')), [], 'CLOSE is not answered')
  t.same(
    await answered(Buffer.from('07000241', 'hex'), Buffer.from('060002', 'hex')),
    [],
    'nor what crosses it'
  )
  t.same([stream.isOpen, received], [true, []])
  t.same(await answered(open(72, '/x')), ['04004800'], 'it makes room')
  stream.send(Buffer.from('07004858', 'hex'))
  await clock.advance(10)
  t.same(received, ['X'])
  await b.datagrams.stop()
})

t.test('names that break the form of OPEN reset the stream', async (t) => {
  for (const frame of [
    open(2),
    open(2, ''),
    open(2, Buffer.of(0xff)),
    Buffer.concat([open(2, '/x'), Buffer.of(0)])
  ]) {
    const { clock, world, b } = await strangerWorld()
    const { stream } = await stranger(world, clock, 5000)
    stream.send(frame)
    await clock.advance(10)
    t.equal(stream.isOpen, false, frame.toString('hex'))
    await b.datagrams.stop()
  }
})
