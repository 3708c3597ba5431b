import type { Connection, Stream } from '@libp2p/interface'
import t from 'tap'
import { defined } from '../../../src/defined.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { encodeFrame } from '../../../src/protocol/pair/codec.ts'
import { PAIR_PROTOCOL } from '../../../src/protocol/pair/constants.ts'
import {
  dial,
  type Hall,
  hallOf,
  limits,
  networkOf,
  prove,
  settle,
  wrongOf
} from '../../support/access/pairing-hall.ts'

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
