import type { Stream } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { StreamPlaces } from '../../../../src/node/network/streams/stream-places.ts'
import { streamPair } from '../../../support/stream-pair.ts'

/** Four places; hall and den are in the book. */
function setUp(perPeer = 4) {
  const clock = new VirtualClock()
  const inBook = (peer: string): boolean => ['hall', 'den'].includes(peer)
  const places = new StreamPlaces({ clock, places: 4, perPeer, inBook })
  return {
    clock,
    /** @returns the stream, and what says that it is used */
    async take(peer: string): Promise<{ stream: Stream; used: (() => void) | undefined }> {
      const [, stream] = streamPair('/chat/text/v1')
      const used = places.take(stream, peer)
      await clock.advance(1)
      return { stream, used }
    }
  }
}

type Taken = Awaited<ReturnType<ReturnType<typeof setUp>['take']>>

function open(streams: readonly Taken[]): boolean[] {
  return streams.map(({ stream }) => stream.status === 'open')
}

t.test('a stranger holds all places: a peer of the book gets that of the longest idle stream', async (t) => {
  const { take, clock } = setUp()
  const streams = [await take('x'), await take('x'), await take('x'), await take('x')]
  streams[0]?.used?.()
  await clock.advance(7 * 24 * 3_600_000)
  t.same(open(streams), [true, true, true, true], 'silence alone ends none')
  t.ok((await take('hall')).used)
  t.same(open(streams), [true, false, true, true])
})

t.test('of the book, the peer that holds most makes room, until both hold as many', async (t) => {
  const { take } = setUp()
  const held = [await take('hall'), await take('hall'), await take('hall'), await take('hall')]
  const others = [await take('den'), await take('den'), await take('den')]
  t.same(open(held), [false, false, true, true])
  t.same(open(others), [true, true, false])
  t.equal(others[2]?.used, undefined)
})

t.test('a stranger takes no place of a peer of the book', async (t) => {
  const { take, clock } = setUp()
  const held = [await take('hall'), await take('hall'), await take('hall'), await take('hall')]
  await clock.advance(3_600_000)
  t.same(open([await take('x'), ...held]), [false, true, true, true, true])
})

t.test('strangers with one stream each: one that was idle for ten minutes makes room', async (t) => {
  const { take, clock } = setUp()
  const held = [await take('x1'), await take('x2'), await take('x3'), await take('hall')]
  t.same(open([await take('y')]), [false])
  await clock.advance(600_000)
  held[0]?.used?.()
  t.same(open([await take('y'), ...held]), [true, true, false, true, true])
})

t.test('one peer has a share, and a closed stream leaves its place', async (t) => {
  const { take } = setUp(2)
  const held = [await take('hall'), await take('hall'), await take('hall')]
  t.same(open(held), [true, true, false])
  held[0]?.stream.abort(new Error('over'))
  t.same(open([await take('hall')]), [true])
})

t.test('a stream that is closed already takes no place', async (t) => {
  const { take } = setUp(1)
  const clock = new VirtualClock()
  const places = new StreamPlaces({ clock, places: 1, perPeer: 1, inBook: () => true })
  const { stream } = await take('hall')
  stream.abort(new Error('over'))
  t.equal(places.take(stream, 'hall'), undefined)
  t.ok(places.take((await take('den')).stream, 'hall'))
})
