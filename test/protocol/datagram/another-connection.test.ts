import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { encodeGreeting, encodeOpen } from '../../../src/protocol/datagram/control/frame.ts'
import type { DatagramFlow } from '../../../src/protocol/datagram/index.ts'
import { bytes, PROTOCOL, pair, stop, udpPair } from '../../support/datagram/pair.ts'
import { DatagramWorld, drops } from '../../support/datagram/world.ts'

const receive = (): void => {}

const greeting = encodeGreeting('hello', {
  secret: Buffer.alloc(32, 1),
  cid: Buffer.alloc(8, 2),
  udpPort: 0,
  maxPayload: 1168
}).bytes

t.test('the connection breaks: the flow goes on over another one, for both applications', async (t) => {
  const made = await udpPair()
  const { clock, world, a, b, near, far } = made
  const carriers: string[] = []
  near.onCarrier((carrier) => carriers.push(carrier))
  const size = near.maxSize
  world.stream[0].reset()
  await clock.advance(0)
  t.equal(near.maxSize, size, 'as large datagrams as before')
  t.equal(near.send(bytes('meanwhile')), true)
  await clock.advance(10)
  near.send(bytes('to b'))
  far.send(bytes('to a'))
  await clock.advance(10)
  t.same([made.atA, made.atB], [['to a'], ['meanwhile', 'to b']])
  t.same([near.ended, far.ended], [undefined, undefined])
  t.same(
    [a, b].map(({ datagrams }) => datagrams.status().sessions[0]?.flows),
    [1, 1]
  )
  t.equal(carriers[0], 'stream')
  for (let i = 0; i < 3; i++) {
    near.send(bytes('on'))
    await clock.advance(300)
  }
  t.equal(near.carrier, 'udp', 'which is proven anew')
  near.close()
  await clock.advance(10)
  t.equal(far.ended, 'closed-by-peer')
  await stop(made)
  await clock.advance(20)
  t.equal(clock.pending, 0, 'no timer is left')
})

t.test('a flow that its application closes when its path is lost is not held', async (t) => {
  const made = await udpPair()
  const { clock, world, near, far } = made
  near.onCarrier(() => near.close())
  world.stream[0].reset()
  await clock.advance(10)
  t.equal(near.ended, 'closed')
  await clock.advance(20_000)
  t.equal(far.ended, 'lost')
  t.equal(world.streams.length, 1, 'no other session is begun for it')
  await stop(made)
  await clock.advance(20)
  t.equal(clock.pending, 0)
})

t.test('many flows of both sides: each goes on as itself, time and again', async (t) => {
  const clock = new VirtualClock()
  const world = new DatagramWorld(clock)
  const [a, b] = [await world.node('a'), await world.node('b')]
  const heard: string[] = []
  for (const node of [a, b]) {
    let count = 0
    node.datagrams.handle(PROTOCOL, () => {
      const at = `${node.name}${count++}`
      return (datagram) => heard.push(`${at} ${Buffer.from(datagram)}`)
    })
  }
  const flows: DatagramFlow[] = []
  for (let i = 0; i < 12; i++) {
    flows.push(await clock.run(a.datagrams.open('b', [PROTOCOL], { receive })))
    flows.push(await clock.run(b.datagrams.open('a', [PROTOCOL], { receive })))
  }
  flows[0]?.close()
  await clock.advance(20_000)
  for (let round = 0; round < 3; round++) {
    world.stream[round % 2]?.reset()
    await clock.advance(20_000)
  }
  t.same(new Set(flows.slice(1).map(({ ended }) => ended)), new Set([undefined]))
  for (const [i, flow] of flows.entries()) flow.send(bytes(String(i)))
  await clock.advance(100)
  const expected = flows.map((_, i) => `${i % 2 === 0 ? 'b' : 'a'}${i >> 1} ${i}`).slice(1)
  t.same(heard.toSorted(), expected.toSorted())
  await a.datagrams.stop()
  await b.datagrams.stop()
})

t.test('a better connection: the flow moves there while the one before still works', async (t) => {
  const made = await pair({ wire: { direct: false, onLink: false } })
  const { clock, world, near, far } = made
  world.moveReason = ({ facts }) => (!facts.direct && world.wire.direct ? 'better-open' : undefined)
  Object.assign(world.wire, { delay: 40, roundTrip: 80 })
  let sent = 0
  // Some are on their way in both directions at any time.
  const send = async (): Promise<void> => {
    for (let i = 0; i < 40; i++) {
      near.send(bytes(`${sent}`))
      far.send(bytes(`${sent++}`))
      await clock.advance(100)
    }
  }
  await send()
  t.equal(world.streams.length, 1)
  world.wire.direct = true
  await send()
  await send()
  t.equal(world.streams.length, 2)
  t.notOk(world.streams[0]?.[0].isOpen, 'the relay is left')
  t.ok(near.direct && far.direct)
  t.equal(near.carrier, 'udp')
  const all = Array.from({ length: sent }, (_, i) => `${i}`)
  const byNumber = (one: string, other: string): number => Number(one) - Number(other)
  t.same(made.atB.toSorted(byNumber), all, 'nothing is lost')
  t.same(made.atA.toSorted(byNumber), all)
  t.same([near.ended, far.ended], [undefined, undefined])
  await stop(made)
})

t.test(
  'the connection breaks while a better one is opened: one stream is opened, and waited for',
  async (t) => {
    const made = await pair({ wire: { direct: false, onLink: false } })
    const { clock, world, a, near } = made
    const dialled = Promise.withResolvers<void>()
    world.beforeDial = () => dialled.promise
    world.moveReason = ({ facts }) => (facts.direct ? undefined : 'better-open')
    world.wire.direct = true
    await clock.advance(1000)
    near.send(bytes('first'))
    await clock.advance(10)
    world.stream[0].reset()
    await clock.advance(10)
    near.send(bytes('second'))
    const opening = a.datagrams.open('b', [PROTOCOL], { receive })
    await clock.advance(10)
    dialled.resolve()
    await clock.advance(10)
    t.equal((await opening).ended, undefined)
    t.same(made.atB, ['first', 'second'])
    t.equal(world.streams.length, 2)
    await stop(made)
  }
)

t.test('a new flow begins on the better connection, and takes the others along', async (t) => {
  const made = await pair({ wire: { direct: false, onLink: false } })
  const { clock, world, a, near } = made
  world.moveReason = ({ facts }) => (facts.direct ? undefined : 'better-open')
  world.wire.direct = true
  const flow = await clock.run(a.datagrams.open('b', [PROTOCOL], { receive }))
  await clock.advance(10)
  t.ok(flow.direct && near.direct)
  t.equal(near.ended, undefined)
  await stop(made)
})

t.test('the peer has lost its state: the flow ends', async (t) => {
  const made = await pair({ b: { limits: { resume: 100 } } })
  const { clock, world, near, far } = made
  const dialled = Promise.withResolvers<void>()
  world.beforeDial = () => dialled.promise
  world.stream[0].reset()
  await clock.advance(200)
  t.equal(far.ended, 'lost', 'it waited for so long')
  dialled.resolve()
  await clock.advance(10)
  t.equal(near.ended, 'lost')
  await stop(made)
})

t.test('a peer that leaves flows behind: no more wait than a session has, the newest', async (t) => {
  const made = await pair({ b: { limits: { flows: 4 } } })
  const { clock, world, b } = made
  const ended: number[] = []
  let count = 0
  b.datagrams.handle(PROTOCOL, (flow) => {
    const number = count++
    flow.onEnd(() => ended.push(number))
    return receive
  })
  for (let round = 0; round < 3; round++) {
    const stream = world.open('a', 'b')
    stream.listen({ frame: () => {}, drain: () => {}, ended: () => {} })
    stream.send(greeting)
    for (const id of [2, 4, 6]) stream.send(encodeOpen(id, [PROTOCOL]))
    await clock.advance(10)
  }
  t.equal(count, 9)
  t.same(ended, [0, 1], 'beside the three of the session four wait')
  t.equal(drops(b, 'flows'), 3, 'with the flow of the first session')
  await stop(made)
})

t.test('what a dying stream did not take goes by the next one', async (t) => {
  const made = await pair({ wire: { direct: false, onLink: false } })
  const { clock, world, near } = made
  world.stream[0].stall()
  near.send(bytes('stalled'))
  await clock.advance(10)
  world.stream[0].reset()
  await clock.advance(10)
  t.same(made.atB, ['stalled'])
  await stop(made)
})

t.test('what waits meanwhile is bounded in number and age', async (t) => {
  const made = await pair({ a: { limits: { ring: 4 } } })
  const { clock, world, near } = made
  const dialled = Promise.withResolvers<void>()
  world.beforeDial = () => dialled.promise
  world.stream[0].reset()
  await clock.advance(10)
  near.send(bytes('old'))
  await clock.advance(1500)
  for (let i = 0; i < 5; i++) near.send(bytes(`${i}`))
  t.equal(drops(made.a, 'ring-full'), 2)
  near.send(bytes('last'))
  dialled.resolve()
  await clock.advance(100)
  t.same(made.atB, ['2', '3', '4', 'last'])
  await stop(made)
})

t.test('a peer closes on the connection before, while the flow moves', async (t) => {
  const made = await pair({ wire: { direct: false, onLink: false } })
  const { clock, world, near, far } = made
  await clock.advance(1000)
  world.moveReason = ({ facts }) => (facts.direct ? undefined : 'better-open')
  world.wire.direct = true
  world.wire.delay = 40
  near.send(bytes('moves'))
  await clock.advance(10)
  far.close()
  await clock.advance(500)
  t.equal(near.ended, 'closed-by-peer')
  await stop(made)
  await clock.advance(100)
  t.equal(clock.pending, 0)
})

t.test('closed by either side while no session carries it', async (t) => {
  for (const closer of ['near', 'far'] as const) {
    const made = await pair()
    const { clock, world } = made
    const dialled = Promise.withResolvers<void>()
    world.beforeDial = () => dialled.promise
    world.stream[0].reset()
    await clock.advance(10)
    made[closer].close()
    t.equal(made[closer].ended, 'closed')
    dialled.resolve()
    await clock.advance(25_000)
    t.equal(made[closer === 'near' ? 'far' : 'near'].ended, 'lost')
    await stop(made)
    await clock.advance(20)
    t.equal(clock.pending, 0)
  }
})

t.test('the session breaks before the first answer: the flow is opened on the next', async (t) => {
  const made = await pair()
  const { clock, world, a } = made
  world.stream[0].filter = (frame) => frame[0] !== 3
  const opening = a.datagrams.open('b', [PROTOCOL], { receive })
  await clock.advance(10)
  world.stream[0].reset()
  const flow = await clock.run(opening)
  t.equal(flow.protocol, PROTOCOL)
  t.equal(made.near.ended, undefined)
  await stop(made)
})

t.test('streams that break again and again are not opened for ever', async (t) => {
  const made = await pair()
  const { clock, world, near } = made
  for (let i = 0; i < 20; i++) {
    world.stream[0].reset()
    await clock.advance(10)
  }
  t.equal(near.ended, 'lost')
  t.ok(world.streams.length <= 10, `${world.streams.length} streams`)
  await stop(made)
})

t.test('a third peer goes on with no flow of another, nor does a peer that guesses', async (t) => {
  const made = await pair()
  const { clock, world, b, far } = made
  const c = await world.node('c')
  const accepted: string[] = []
  b.datagrams.handle(PROTOCOL, ({ peer }) => {
    accepted.push(peer)
    return receive
  })
  const [hello, accept] = [world.stream[0].sent[0], world.stream[1].sent[0]]
  const cids = [hello, accept].map((frame) => frame?.subarray(34, 42).toString('hex')).join('')
  world.beforeDial = () => new Promise(() => {})
  world.stream[0].reset()
  await clock.advance(10)
  world.beforeDial = async () => {}
  for (const key of [`${cids}/2`, `${'0'.repeat(32)}/2`, '', '2']) {
    const opening = c.datagrams.open('b', [`/kith/dgram/v1/resume/${key}`], { receive })
    await t.rejects(clock.run(opening), { code: 'datagram-refused' })
  }
  t.same([accepted, far.ended], [[], undefined])
  await c.datagrams.stop()
  await stop(made)
})
