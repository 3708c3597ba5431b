import type { Connection, Stream } from '@libp2p/interface'
import t, { type Test } from 'tap'
import { defined } from '../../../src/defined.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { defaultsOf } from '../../../src/limits.ts'
import { silentLog } from '../../../src/log.ts'
import type { Network } from '../../../src/node/network/create-network.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { encodeFrame } from '../../../src/protocol/pair/codec.ts'
import { PAIR_PROTOCOL } from '../../../src/protocol/pair/constants.ts'
import {
  type PairEvent,
  type Pairing,
  type Proved,
  type ProvedBy,
  pair,
  proveCode
} from '../../../src/protocol/pair/index.ts'
import { pairLimits } from '../../../src/protocol/pair/limits.ts'
import { memoryNetwork } from '../../support/memory-network.ts'

const limits = defaultsOf(pairLimits)
const signal = AbortSignal.timeout(60_000)

/** A node that opens codes, and what it wrote into its book. */
interface Hall {
  readonly network: Network
  readonly pairing: Pairing
  readonly clock: VirtualClock
  readonly book: ProvedBy[]
  readonly events: PairEvent[]
  readonly denied: Set<string>
  /** Set to make its book fail. */
  broken: boolean
  open(may?: readonly string[]): Promise<string>
}

async function hallOf(t: Test, name = 'hall'): Promise<Hall> {
  const network = await networkOf(t)
  const clock = new VirtualClock()
  const book: ProvedBy[] = []
  const events: PairEvent[] = []
  const denied = new Set<string>()
  const pairing = pair({ limits, self: network.peerId.toString(), name: () => name })({
    network,
    clock,
    log: silentLog,
    denies: (peer) => denied.has(peer)
  })
  const proved = async (by: ProvedBy): Promise<string> => {
    if (hall.broken) throw new Error('no space left on the disk')
    book.push(by)
    return by.name ?? by.peer
  }
  const hall: Hall = {
    network,
    pairing,
    clock,
    book,
    events,
    denied,
    broken: false,
    open: async (may = ['own']) =>
      (await pairing.open({ may, proved, onEvent: (event) => events.push(event) })).code
  }
  return hall
}

async function networkOf(t: Test): Promise<Network> {
  const network = await memoryNetwork()
  t.teardown(() => network.stop())
  return network
}

interface Try {
  readonly clock: VirtualClock
  readonly name?: string
  /** What this side does with what is proved. */
  readonly proved?: (told: Proved) => Promise<void>
}

/** Proves a code over a connection. @returns what the other side proved, or the code of the error */
async function prove(
  network: Network,
  connection: Connection,
  code: string,
  { clock, name, proved = async () => {} }: Try
): Promise<Proved | string> {
  let told: Proved | undefined
  try {
    await proveCode(
      connection,
      {
        clock,
        deadline: limits.deadline,
        self: network.peerId.toString(),
        name,
        code,
        who: 'hall',
        async proved(one) {
          await proved(one)
          told = one
        }
      },
      signal
    )
  } catch (error) {
    return `${(error as { code?: string }).code}`
  }
  return told ?? 'nothing'
}

/** Another code of the same alphabet. */
function wrongOf(code: string): string {
  return `${code[0] === '0' ? '1' : '0'}${code.slice(1)}`
}

const speaks = ({ network }: Hall): boolean => network.getProtocols().includes(PAIR_PROTOCOL)

async function dial(from: Network, to: Network): Promise<Connection> {
  return await from.dial(to.getMultiaddrs())
}

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

/** Lets streams in memory do their work, without time passing. */
async function settle({ clock }: Pick<Hall, 'clock'>): Promise<void> {
  for (let i = 0; i < 50; i++) {
    await new Promise(setImmediate)
    await clock.advance(0)
  }
}

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

t.test('whoever stands between the two makes it fail for both', async (t) => {
  const [hall, anna, mallory] = [await hallOf(t), await networkOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const toHall = await dial(mallory, hall.network)
  await mallory.handle(PAIR_PROTOCOL, async (victim) => {
    const forward = await toHall.newStream(PAIR_PROTOCOL)
    const join = (from: Stream, to: Stream): void => {
      from.addEventListener('message', ({ data }) => to.send(data.subarray()))
      from.addEventListener('close', () => to.abort(new Error('gone')))
    }
    join(victim, forward)
    join(forward, victim)
  })
  const told = await prove(anna, await dial(anna, mallory), code, { clock })
  t.equal(told, 'refused', 'the one with the code open sees a wrong proof')
  t.same(hall.book, [])
  t.match(hall.events, [{ kind: 'tried', peer: mallory.peerId.toString() }])
})

t.test('a nonce and nothing more keeps nobody from pairing', async (t) => {
  const [hall, eve, anna] = [await hallOf(t), await networkOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const fromEve = await dial(eve, hall.network)
  for (const _of of [1, 2])
    (await fromEve.newStream(PAIR_PROTOCOL)).send(
      prefixed(encodeFrame('nonce', { nonce: new Uint8Array(16) }))
    )
  await settle(hall)
  t.match(await prove(anna, await dial(anna, hall.network), code, { clock }), { may: ['own'] })
})

t.test('tries that are broken off count, and it is told who made them', async (t) => {
  const [hall, eve] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  await hall.open()
  const peer = eve.peerId.toString()
  const fromEve = await dial(eve, hall.network)
  const nonce = encodeFrame('nonce', { nonce: new Uint8Array(16) })
  const share = encodeFrame('share', { share: new Uint8Array(32), name: 'eve' })
  const proof = encodeFrame('proof', { tag: new Uint8Array(64) })
  for (let i = 0; i < limits.tries; i++) {
    // Broken off after the share, or the share and what is out of turn at once.
    await sent(hall, fromEve, [nonce], i % 2 === 0 ? [share] : [share, proof, proof])
    await clock.advance(limits.interval)
  }
  t.same(hall.events, [
    ...[4, 3, 2, 1, 0].map((left) => ({ kind: 'tried', peer, left })),
    { kind: 'closed', why: 'tries' }
  ])
  t.match(hall.pairing.counters, { tries: limits.tries, paired: 0 })
})

for (const name of ['anna', undefined])
  t.test(
    `a mirror, of one ${name === undefined ? 'without a name' : 'with a name'}, proves nothing`,
    async (t) => {
      const [mirror, anna] = [await networkOf(t), await networkOf(t)]
      let put = 0
      await mirror.handle(PAIR_PROTOCOL, async (stream) => {
        let frames = 0
        stream.addEventListener('message', ({ data }) => {
          // Of the proof the tag, as the answer has it.
          if (++frames < 3) stream.send(data.subarray())
          else stream.send(prefixed(encodeFrame('paired', { tag: data.subarray().slice(-64), may: ['own'] })))
        })
      })
      const proved = async (): Promise<void> => {
        put++
      }
      const clock = new VirtualClock()
      const told = await prove(anna, await dial(anna, mirror), '7K3MQ9TX', {
        clock,
        ...defined({ name }),
        proved
      })
      t.equal(told, 'not-proved')
      t.equal(put, 0)
    }
  )

t.test('a mirror that opens the stream is refused after its proof, like any', async (t) => {
  const [hall, eve] = [await hallOf(t), await networkOf(t)]
  await hall.open()
  const stream = await (await dial(eve, hall.network)).newStream(PAIR_PROTOCOL)
  const answers: Uint8Array[] = []
  stream.addEventListener('message', ({ data }) => answers.push(data.subarray()))
  stream.send(prefixed(encodeFrame('nonce', { nonce: new Uint8Array(16) })))
  await settle(hall)
  // It can only send its share first: that of another run is none of this one.
  stream.send(prefixed(encodeFrame('share', { share: shareOfDraft, name: 'hall' })))
  await settle(hall)
  stream.send(prefixed(encodeFrame('proof', { tag: new Uint8Array(64) })))
  await settle(hall)
  t.equal(answers.length, 3)
  t.same(hall.book, [])
  t.match(hall.events, [{ kind: 'tried', peer: eve.peerId.toString() }])
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

t.test('a node that says it is the hall and does not know the code is found out', async (t) => {
  const [likeness, anna] = [await hallOf(t, 'hall'), await networkOf(t)]
  const { clock } = likeness
  const code = await likeness.open()
  let put = 0
  const connection = await dial(anna, likeness.network)
  const proved = async (): Promise<void> => {
    put++
  }
  t.equal(await prove(anna, connection, wrongOf(code), { clock, proved }), 'refused', 'an honest one')
  await likeness.pairing.close()
  await likeness.network.handle(PAIR_PROTOCOL, async (stream) => pretend(stream))
  t.equal(await prove(anna, connection, code, { clock, proved }), 'not-proved', 'one that takes any')
  t.equal(put, 0)
})

const shareOfDraft = Buffer.from('3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258', 'hex')

/** Answers as if it knew the code. */
function pretend(stream: Stream): void {
  const share = shareOfDraft
  const answers = [
    encodeFrame('nonce', { nonce: new Uint8Array(16) }),
    encodeFrame('share', { share, name: 'hall' }),
    encodeFrame('paired', { tag: new Uint8Array(64), may: ['own'] })
  ]
  stream.addEventListener('message', () => {
    const next = answers.shift()
    if (next !== undefined) stream.send(prefixed(next))
  })
}

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

t.test('a denied peer is refused with the right code', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const code = await hall.open()
  hall.denied.add(anna.peerId.toString())
  t.equal(await prove(anna, await dial(anna, hall.network), code, { clock: hall.clock }), 'refused')
  t.equal(hall.book.length + hall.events.length, 0)
})

t.test('frames that are no frames end the stream, and count where a share was answered', async (t) => {
  const [hall, anna] = [await hallOf(t), await networkOf(t)]
  const { clock } = hall
  const code = await hall.open()
  const connection = await dial(anna, hall.network)
  for (const bytes of ['a0', '01', 'a1656e6f6e63654100', 'ff'])
    t.not(await sent(hall, connection, [Buffer.from(bytes, 'hex')]), 'open', bytes)
  const nonce = encodeFrame('nonce', { nonce: new Uint8Array(16) })
  t.not(await sent(hall, connection, [nonce, nonce, nonce]), 'open', 'out of turn')
  await clock.advance(limits.interval)
  const share = encodeFrame('share', { share: new Uint8Array(32).fill(0xff), name: undefined })
  const proof = encodeFrame('proof', { tag: new Uint8Array(64) })
  await sent(hall, connection, [nonce], [share], [proof])
  t.same(
    hall.events.map((event) => (event.kind === 'tried' ? event.left : event.kind)),
    [4],
    'a share that is no element is a wrong try like any'
  )
  await clock.advance(limits.interval)
  t.match(await prove(anna, connection, code, { clock }), { may: ['own'] })
})

/** Sends frames; those of one turn at once. @returns how the stream stands then */
async function sent(hall: Hall, connection: Connection, ...turns: Uint8Array[][]): Promise<string> {
  const stream = await connection.newStream(PAIR_PROTOCOL)
  for (const turn of turns) {
    for (const frame of turn) stream.send(prefixed(frame))
    await settle(hall)
  }
  const { status } = stream
  if (status === 'open') stream.abort(new Error('done'))
  await settle(hall)
  return status
}
