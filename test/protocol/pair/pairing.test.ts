import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { encodeFrame } from '../../../src/protocol/pair/codec.ts'
import { PAIR_PROTOCOL } from '../../../src/protocol/pair/constants.ts'
import {
  dial,
  hallOf,
  limits,
  networkOf,
  prove,
  settle,
  speaks,
  wrongOf
} from '../../support/access/pairing-hall.ts'

t.test('whoever proves the code is told what it may, and both know each other', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  t.notOk(speaks(hall), 'without a code the protocol is not spoken')
  const code = await hall.open(['own'])
  t.ok(speaks(hall))
  const told = await prove(anna, await dial(anna, hall.network), code, { clock, name: 'anna' })
  t.same(told, { peer: hall.network.peerId.toString(), name: 'hall', may: ['own'] })
  await settle(hall)
  t.same(hall.book, [{ peer: anna.peerId.toString(), name: 'anna' }])
  t.same(
    hall.events.map(({ kind }) => kind),
    ['paired', 'closed']
  )
  t.notOk(speaks(hall), 'a code serves once')
  const again = await prove(anna, await dial(anna, hall.network), code, { clock })
  t.equal(again, 'no-code')
})

t.test('wrong codes tell nothing, and the sixth try is refused even if right', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const connection = await dial(anna, hall.network)
  for (let left = 4; left >= 0; left--) {
    t.equal(await prove(anna, connection, wrongOf(code), { clock }), 'refused')
    t.equal(await prove(anna, connection, code, { clock }), left === 0 ? 'no-code' : 'busy', 'at once after')
    await clock.advance(limits.interval)
    await settle(hall)
  }
  t.equal(await prove(anna, connection, code, { clock }), 'no-code', 'the sixth, which is right')
  t.same(hall.book, [])
  t.same(hall.events, [
    ...[4, 3, 2, 1, 0].map((left) => ({ kind: 'tried', peer: anna.peerId.toString(), left })),
    { kind: 'closed', why: 'tries' }
  ])
})

t.test('a right code after wrong ones pairs', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const connection = await dial(anna, hall.network)
  for (let i = 0; i < 4; i++) {
    await prove(anna, connection, wrongOf(code), { clock })
    await clock.advance(limits.interval)
  }
  t.match(await prove(anna, connection, code, { clock }), { may: ['own'] })
  await settle(hall)
  t.equal(hall.book.length, 1)
})

t.test('an expired code, and one that was withdrawn', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  const connection = await dial(anna, hall.network)
  const first = await hall.open()
  await clock.advance(limits.lifetime)
  t.equal(await prove(anna, connection, first, { clock }), 'no-code')
  const second = await hall.open()
  const third = await hall.open()
  t.equal(await prove(anna, connection, second, { clock }), 'refused', 'another took its place')
  await clock.advance(limits.interval)
  t.match(await prove(anna, connection, third, { clock }), { may: ['own'] })
  t.same(hall.events.flatMap((event) => (event.kind === 'closed' ? [event.why] : [])).slice(0, 2), [
    'expired',
    'withdrawn'
  ])
})

t.test('a code that expires while it is tried is refused', async (t) => {
  for (const [before, what] of [
    [2, 'the share'],
    [3, 'the proof']
  ] as const) {
    const [hall, anna] = [await hallOf(t), await networkOf(t)]
    const code = await hall.open()
    const connection = await dial(anna, hall.network)
    await hall.clock.advance(limits.lifetime - 1)
    const slow = sendingLater(connection, before, () => hall.clock.advance(1))
    t.equal(await prove(anna, slow, code, { clock: new VirtualClock() }), 'refused', `before ${what}`)
    t.same(hall.book, [])
  }
})

t.test('a code that is closed before its peer is written pairs nobody', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  hall.before = async () => hall.pairing.close()
  t.equal(await prove(anna, await dial(anna, hall.network), code, { clock }), 'refused')
  await settle(hall)
  t.same(hall.book, [])
  t.match(hall.events, [
    { kind: 'unwritten', why: /closed meanwhile/, peer: anna.peerId.toString() },
    { kind: 'closed', why: 'withdrawn' }
  ])
})

t.test('one that is closed while its peer is written has paired it, and that is said before', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const code = await hall.open()
  const connection = await dial(anna, hall.network)
  await hall.clock.advance(limits.lifetime - 1)
  hall.during = async () => {
    await hall.clock.advance(1)
    await hall.open()
  }
  t.match(await prove(anna, connection, code, { clock: new VirtualClock() }), { may: ['own'] })
  await settle(hall)
  t.equal(hall.book.length, 1)
  t.match(hall.events, [
    { kind: 'paired', peer: anna.peerId.toString() },
    { kind: 'closed', why: 'expired' }
  ])
  t.ok(speaks(hall), 'the next code is open')
})

/** The connection, on whose next stream `first` is done before frame `before` is sent. */
function sendingLater(connection: Connection, before: number, first: () => Promise<void>): Connection {
  const newStream: Connection['newStream'] = async (...given) => {
    const stream = await connection.newStream(...given)
    const send = stream.send.bind(stream)
    let sent = 0
    stream.send = (data) => {
      if (++sent !== before) return send(data)
      first().then(() => send(data))
      return true
    }
    return stream
  }
  return new Proxy(connection, {
    get: (target, key) => (key === 'newStream' ? newStream : Reflect.get(target, key))
  })
}

t.test('one pairing at a time', async (t) => {
  const [hall, anna, ben] = [await hallOf(t), await networkOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const [fromAnna, fromBen] = [await dial(anna, hall.network), await dial(ben, hall.network)]
  const idle = await fromAnna.newStream(PAIR_PROTOCOL)
  idle.send(prefixed(encodeFrame('nonce', { nonce: new Uint8Array(16) })))
  await settle(hall)
  idle.send(prefixed(encodeFrame('share', { share: new Uint8Array(32), name: 'anna' })))
  await settle(hall)
  t.equal(await prove(ben, fromBen, code, { clock }), 'busy')
  await clock.advance(limits.deadline)
  await settle(hall)
  t.not(idle.status, 'open', 'who says nothing more is reset')
  const both = await Promise.all([
    prove(anna, fromAnna, code, { clock, name: 'anna' }),
    prove(ben, fromBen, code, { clock, name: 'ben' })
  ])
  t.equal(both.filter((one) => typeof one !== 'string').length, 1, 'of two that pair at once one does')
  await settle(hall)
  t.equal(hall.book.length, 1)
  await clock.advance(limits.interval)
  t.equal(await prove(ben, fromBen, code, { clock }), 'no-code')
})

t.test('two that open a code at once, and a network that takes no protocol', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  const codes = await Promise.all([hall.open(), hall.open()])
  t.same(hall.events, [{ kind: 'closed', why: 'withdrawn' }], 'the first is told')
  const connection = await dial(anna, hall.network)
  t.equal(await prove(anna, connection, codes[0], { clock }), 'refused')
  await clock.advance(limits.interval)
  t.match(await prove(anna, connection, codes[1], { clock }), { may: ['own'] })
  await settle(hall)
  t.notOk(speaks(hall))
  const handle = hall.network.handle.bind(hall.network)
  hall.network.handle = async () => {
    throw new Error('stopped')
  }
  await t.rejects(hall.open(), /stopped/)
  t.same(hall.events.at(-1), { kind: 'closed', why: 'withdrawn' })
  hall.network.handle = handle
  t.match(await prove(anna, connection, await hall.open(), { clock }), { may: ['own'] })
})

t.test('where the last answer is lost, the same peer proves the same code again', async (t) => {
  const [hall, anna, ben] = [await hallOf(t), await networkOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const lost = await prove(anna, await dial(anna, hall.network), code, {
    clock,
    name: 'anna',
    async proved() {
      throw Object.assign(new Error('the disk is full'), { code: 'disk' })
    }
  })
  t.equal(lost, 'disk')
  await settle(hall)
  t.equal(hall.book.length, 1, 'one side believes, the other does not')
  await clock.advance(limits.interval)
  t.equal(await prove(ben, await dial(ben, hall.network), code, { clock }), 'refused', 'it is no other’s')
  t.match(await prove(anna, await dial(anna, hall.network), code, { clock, name: 'anna' }), { may: ['own'] })
  await settle(hall)
  t.notOk(speaks(hall), 'then it is closed')
  t.equal(hall.events.filter(({ kind }) => kind === 'paired').length, 1, 'and told once')
})

t.test('the time for that is short', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const connection = await dial(anna, hall.network)
  const proved = async (): Promise<void> => {
    throw new Error('gone')
  }
  await prove(anna, connection, code, { clock, proved })
  await settle(hall)
  await clock.advance(limits.repeat)
  t.equal(await prove(anna, connection, code, { clock }), 'no-code')
})

t.test('where the book cannot be written nobody is paired, and the code stays open', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const connection = await dial(anna, hall.network)
  hall.broken = true
  t.equal(await prove(anna, connection, code, { clock }), 'refused')
  t.match(hall.events, [{ kind: 'unwritten', why: /no space left/, peer: anna.peerId.toString() }])
  hall.broken = false
  await clock.advance(limits.interval)
  t.match(await prove(anna, connection, code, { clock }), { may: ['own'] })
})
