import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { PeerResolver, type PeerResolverInit } from '../../../src/node/peers/resolver.ts'
import { NotReached } from '../../../src/peer/dialing/way.ts'

const NAME_TIMEOUT = 5000
const TARGET = { peer: 'hall', addresses: [] }
const connection = {} as Connection

const UNHEARD = 'not seen on this network, and no address is known'

/** A resolver whose searches end as `connect` says, each time anew. */
function bench(connect: (clock: VirtualClock) => Connection) {
  const clock = new VirtualClock()
  let attempts = 0
  const autoDialer = { remember() {} }
  const paths = {
    find: async () => {
      attempts += 1
      return { connection: connect(clock), tried: [], isNew: true }
    }
  }
  const directory = { labelOf: (peer: string) => peer }
  const parts = { self: 'self', clock, directory, autoDialer, paths, spoken: {}, nameTimeout: NAME_TIMEOUT }
  const signal = new AbortController()
  return {
    clock,
    signal,
    resolver: new PeerResolver(parts as unknown as PeerResolverInit),
    attempts: () => attempts
  }
}

t.test('a peer of the book is waited for until it is heard', async (t) => {
  const { resolver, clock, signal } = bench((time) => {
    if (time.monotonic() < 2000) throw new NotReached([UNHEARD], true)
    return connection
  })
  const connected = resolver.connect(TARGET, signal.signal)
  await clock.advance(2100)
  t.equal(await connected, connection)
})

t.test('not for ever, and then in words for people', async (t) => {
  const { resolver, clock, signal } = bench(() => {
    throw new NotReached([UNHEARD], true)
  })
  const failed = t.rejects(resolver.connect(TARGET, signal.signal), {
    code: 'unreachable',
    message: 'hall cannot be reached: not seen on this network, and no address is known'
  })
  await clock.advance(NAME_TIMEOUT + 200)
  await failed
})

t.test('whoever refuses is not asked again', async (t) => {
  const { resolver, signal, attempts } = bench(() => {
    throw new Error('connection refused')
  })
  await t.rejects(resolver.connect(TARGET, signal.signal), { message: /connection refused/ })
  t.equal(attempts(), 1)
})

t.test('and waiting ends with the command', async (t) => {
  const { resolver, clock, signal } = bench(() => {
    throw new NotReached([UNHEARD], true)
  })
  const ended = t.rejects(resolver.connect(TARGET, signal.signal), /enough/)
  await clock.advance(300)
  signal.abort(new Error('enough'))
  await ended
})
