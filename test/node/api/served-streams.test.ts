import { randomBytes } from 'node:crypto'
import type { Connection, Stream, StreamHandler } from '@libp2p/interface'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { ServeEvent } from '../../../src/node/api/operations.ts'
import { ServedStreams } from '../../../src/node/api/served-streams.ts'
import { duplexOf } from '../../../src/node/network/streams/stream-duplex.ts'
import { memoryNetwork } from '../../support/memory-network.ts'
import { streamPair } from '../../support/stream-pair.ts'

const PROTOCOL = '/doc/echo/v1'

/** Served streams over a network that is a map of handlers. */
function setUp(programs = 2) {
  const handlers = new Map<string, StreamHandler>([['/taken/already/v1', () => {}]])
  const clock = new VirtualClock()
  const asked: string[] = []
  const ends = new Map<string, () => void>()
  const served = new ServedStreams({
    network: {
      handle: async (protocol, handler) => {
        await turn()
        if (handlers.has(String(protocol))) throw new Error(`${protocol} has a handler`)
        handlers.set(String(protocol), handler)
      },
      unhandle: async (protocol) => void handlers.delete(String(protocol)),
      getProtocols: () => [...handlers.keys()]
    },
    clock,
    limits: { programs, programsPerPeer: programs, accept: 10_000 },
    perPeer: 16,
    inBook: (peer) => peer !== 'passer-by',
    allows: (connection, allow) => {
      asked.push(allow)
      return connection.remotePeer.toString() !== 'stranger'
    },
    whileAllowed: (connection, _allow, _protocol, end) => {
      ends.set(connection.remotePeer.toString(), end)
      return () => ends.delete(connection.remotePeer.toString())
    },
    namesOf: (peer) => ({ who: peer, name: peer })
  })
  const open = (peer: string): Stream => {
    const [opener, acceptor] = streamPair(PROTOCOL)
    handlers.get(PROTOCOL)?.(acceptor, { remotePeer: { toString: () => peer } } as Connection)
    return opener
  }
  return { served, handlers, clock, asked, ends, open }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function next(events: AsyncIterator<ServeEvent>): Promise<ServeEvent> {
  const { value } = await events.next()
  return value as ServeEvent
}

async function idOf(events: AsyncIterator<ServeEvent>): Promise<string> {
  const event = await next(events)
  return 'id' in event ? event.id : ''
}

t.test('a stream is named, taken once, and ends with the serve', async (t) => {
  const { served, handlers, open, asked } = setUp()
  const stop = new AbortController()
  const events = served.serve({ protocols: [PROTOCOL] }, stop.signal)
  t.same(await next(events), { serving: [PROTOCOL], programs: 2 })
  const opener = open('hall')
  const event = await next(events)
  t.match(event, { peer: 'hall', who: 'hall', name: 'hall', protocol: PROTOCOL })
  const id = 'id' in event ? event.id : ''
  const { peer, protocol, bytes } = served.accept(id)
  t.same([peer, protocol], ['hall', PROTOCOL])
  t.throws(() => served.accept(id), { code: 'gone' })
  t.same(asked, ['book'], 'the book alone unless said otherwise')
  stop.abort()
  t.same(await events.next(), { value: undefined, done: true })
  await turn()
  t.equal(opener.status, 'reset')
  t.ok(bytes.destroyed)
  t.notOk(handlers.has(PROTOCOL))
})

t.test('a stream ends once its peer is not allowed any more', async (t) => {
  const { served, open, ends } = setUp()
  const stop = new AbortController()
  const events = served.serve({ protocols: [PROTOCOL] }, stop.signal)
  await next(events)
  const [revoked, other] = [open('anna'), open('hall')]
  served.accept(await idOf(events))
  ends.get('anna')?.()
  await turn()
  t.equal(revoked.status, 'reset')
  t.equal(other.status, 'open')
  t.strictSame([...ends.keys()], ['hall'], 'nothing of it is kept')
  stop.abort()
})

t.test('an opener that has ended before its stream is taken still gets an answer', async (t) => {
  const { served, handlers } = setUp()
  const stop = new AbortController()
  const events = served.serve({ protocols: [PROTOCOL] }, stop.signal)
  await next(events)
  const [opener, acceptor] = streamPair(PROTOCOL)
  const answer = duplexOf(opener)
  answer.end()
  await turn()
  await turn()
  handlers.get(PROTOCOL)?.(acceptor, { remotePeer: { toString: () => 'hall' } } as Connection)
  const { bytes } = served.accept(await idOf(events))
  bytes.end('answer')
  t.equal(String(Buffer.concat(await bytes.toArray())), '')
  t.equal(String(Buffer.concat(await answer.toArray())), 'answer')
  stop.abort()
})

t.test('silent streams of one peer leave room for others', async (t) => {
  const { served, open, clock } = setUp(4)
  const stop = new AbortController()
  const events = served.serve({ protocols: [PROTOCOL], allow: 'near' }, stop.signal)
  await next(events)
  const silent = Array.from({ length: 4 }, () => open('passer-by'))
  await turn()
  const used = served.accept(await idOf(events))
  for (let i = 0; i < 3; i++) served.accept(await idOf(events))
  await clock.advance(3_600_000)
  silent[0]?.send(new Uint8Array(1))
  await turn()
  used.bytes.read()
  t.ok(
    silent.every(({ status }) => status === 'open'),
    'none ends by itself'
  )
  const friend = open('hall')
  await turn()
  t.same([friend.status, ...silent.map(({ status }) => status)], ['open', 'open', 'reset', 'open', 'open'])
  stop.abort()
  await events.next()
})

t.test('streams of strangers, further ones and those without a reader are reset', async (t) => {
  const { served, clock, open } = setUp()
  const stop = new AbortController()
  const events = served.serve({ protocols: [PROTOCOL], allow: 'near' }, stop.signal)
  await next(events)
  const stranger = open('stranger')
  const [first, second, third] = [open('hall'), open('den'), open('attic')]
  await turn()
  t.equal(stranger.status, 'reset')
  t.equal(third?.status, 'reset')
  served.accept(await idOf(events))
  const late = await idOf(events)
  await clock.advance(10_000)
  await turn()
  t.equal(first?.status, 'open')
  t.equal(second?.status, 'reset')
  t.throws(() => served.accept(late), { code: 'gone' })
  const again = open('attic')
  t.equal(again.status, 'open', 'its place is free')
  const gone = await idOf(events)
  again.abort(new Error('the caller went away'))
  const unnamed = open('attic')
  await turn()
  t.throws(() => served.accept(gone), { code: 'gone' })
  unnamed.abort(new Error('the caller went away'))
  const last = open('cellar')
  await turn()
  t.match(await next(events), { peer: 'cellar' }, 'what has ended is not named')
  last.abort(new Error('the caller went away'))
  stop.abort()
  await events.return(undefined)
})

t.test('a protocol must have the form, be free, and be named once', async (t) => {
  const { served } = setUp()
  const signal = new AbortController().signal
  const begin = (...protocols: string[]): Promise<unknown> => served.serve({ protocols }, signal).next()
  await t.rejects(begin('echo'), { code: 'protocol-name' })
  await t.rejects(begin('/taken/already/v1'), { code: 'protocol-taken' })
  await t.rejects(begin(PROTOCOL, PROTOCOL), { code: 'protocol-taken' })
})

t.test('of two at one time the second fails, and the first serves on', async (t) => {
  const { served, handlers } = setUp()
  const stop = new AbortController()
  const [first, second] = [0, 1].map(() => served.serve({ protocols: [PROTOCOL] }, stop.signal))
  const begun = first?.next()
  await t.rejects(async () => void (await second?.next()), /has a handler/)
  t.match(await begun, { value: { serving: [PROTOCOL] } })
  t.ok(handlers.has(PROTOCOL))
  stop.abort()
  await first?.return(undefined)
  t.notOk(handlers.has(PROTOCOL))
})

t.test(
  'what is sent before a program takes the stream waits at the sender, and all of it comes',
  async (t) => {
    const [here, there] = await Promise.all([memoryNetwork(), memoryNetwork()])
    t.teardown(() => Promise.all([here.stop(), there.stop()]))
    const served = new ServedStreams({
      network: here,
      clock: systemClock,
      limits: { programs: 1, programsPerPeer: 1, accept: 60_000 },
      perPeer: 16,
      inBook: () => true,
      allows: () => true,
      whileAllowed: () => () => {},
      namesOf: (peer) => ({ who: peer, name: peer })
    })
    const stop = new AbortController()
    t.teardown(() => stop.abort())
    const events = served.serve({ protocols: [PROTOCOL] }, stop.signal)
    await next(events)
    const connection = await there.dial(here.getMultiaddrs())
    const sending = duplexOf(await connection.newStream(PROTOCOL))
    const sent = randomBytes(3 * 1024 * 1024)
    let written = 0
    for (let at = 0; at < sent.length; at += 65_536)
      sending.write(sent.subarray(at, at + 65_536), () => {
        written += 65_536
      })
    sending.end()
    const id = await idOf(events)
    for (let before = -1; written > before; ) {
      before = written
      for (let i = 0; i < 100; i++) await turn()
    }
    t.ok(written < 1024 * 1024, `${written} bytes have left`)
    const { bytes } = served.accept(id)
    t.ok(sent.equals(Buffer.concat(await bytes.toArray())))
  }
)
