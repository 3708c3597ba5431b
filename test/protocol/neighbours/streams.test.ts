import t, { type Test } from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { FrameReader } from '../../../src/protocol/frame-stream.ts'
import { AskLink } from '../../../src/protocol/neighbours/ask-link.ts'
import { AskSession } from '../../../src/protocol/neighbours/ask-session.ts'
import {
  type Answer,
  type AnswerBody,
  decodeAnswer,
  decodeAsk,
  encodeAnswer,
  encodeAsk
} from '../../../src/protocol/neighbours/codec.ts'
import { NEIGHBOURS_PROTOCOL } from '../../../src/protocol/neighbours/constants.ts'
import { QueryError } from '../../../src/protocol/query/codec/query-error.ts'
import { TokenBuckets } from '../../../src/protocol/token-bucket.ts'
import { limits, peerNamed } from '../../support/neighbours/graph.ts'
import { type PairedStream, streamPair } from '../../support/stream-pair.ts'

const hall = peerNamed('hall')
const list = { op: 'list' } as const
const signal = new AbortController().signal

/** Lets what was sent arrive. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}

interface Served {
  readonly clock: VirtualClock
  readonly opener: PairedStream
  readonly answers: Answer[]
  readonly counts: string[]
  isClosed: boolean
}

/** The opener's end of a stream that a session answers. */
function served(answer: () => Promise<AnswerBody>): Served {
  const clock = new VirtualClock()
  const [opener, acceptor] = streamPair(NEIGHBOURS_PROTOCOL)
  const result: Served = { clock, opener, answers: [], counts: [], isClosed: false }
  new AskSession({
    stream: acceptor,
    caller: { peer: hall, host: undefined, direct: true },
    clock,
    limits,
    answerer: { answer },
    errors: new TokenBuckets(clock, { rate: limits.errorRate, burst: limits.errorBurst, names: 16 }),
    count: (what) => result.counts.push(what),
    onClose: () => {}
  })
  new FrameReader({
    stream: opener,
    maxBytes: 16_384,
    onFrame: (frame) => result.answers.push(decodeAnswer(frame)),
    onRemoteEnd: () => {},
    onClose: () => {
      result.isClosed = true
    }
  })
  return result
}

function send(opener: PairedStream, frame: Uint8Array): void {
  opener.send(prefixed(frame))
}

t.test('a session answers each question, also one that it cannot understand', async (t) => {
  const { opener, answers, counts } = served(async () => ({ peers: [] }))
  send(opener, encodeAsk({ id: 7, ...list }))
  send(opener, Uint8Array.from(Buffer.from('a262696408626f706473696e67', 'hex')))
  await settle()
  t.match(answers, [
    { id: 7, peers: [] },
    { id: 8, error: { code: 'unknown-op' } }
  ])
  t.strictSame(counts, ['error-unknown-op'])
})

t.test('an error of our own is answered without its text', async (t) => {
  const { opener, answers } = served(async () => {
    throw new Error('/home/secret')
  })
  send(opener, encodeAsk({ id: 1, ...list }))
  await settle()
  t.match(answers, [{ id: 1, error: { code: 'internal', text: 'the node could not answer' } }])
})

t.test('a peer that asks on after 20 errors loses the stream', async (t) => {
  const one = served(async () => {
    throw new QueryError('busy', 'too many questions', 1000)
  })
  for (let id = 1; id <= 30 && !one.isClosed; id++) {
    send(one.opener, encodeAsk({ id, ...list }))
    await settle()
  }
  t.ok(one.isClosed)
  t.equal(one.answers.length, 20)
})

async function isReset(t: Test, frames: readonly Uint8Array[], name: string): Promise<void> {
  const one = served(() => new Promise(() => {}))
  for (const frame of frames) send(one.opener, frame)
  await settle()
  t.ok(one.isClosed, name)
}

t.test('who breaks the rules of the stream loses it', async (t) => {
  const asks = (ids: readonly number[]): Uint8Array[] => ids.map((id) => encodeAsk({ id, ...list }))
  await isReset(t, asks([1, 1]), 'an id in use')
  await isReset(t, asks([1, 2, 3, 4, 5, 6, 7, 8, 9]), 'nine open questions')
  await isReset(t, [Uint8Array.of(0x80)], 'no map')
  await isReset(t, [new Uint8Array(2049)], 'a frame that is too long')
})

t.test('a session without a question ends after a while, one with an open question does not', async (t) => {
  const idle = served(async () => ({ peers: [] }))
  await idle.clock.advance(90_000)
  await settle()
  t.ok(idle.isClosed)
  const { promise, resolve } = Promise.withResolvers<AnswerBody>()
  const busy = served(() => promise)
  send(busy.opener, encodeAsk({ id: 1, ...list }))
  await settle()
  await busy.clock.advance(100_000)
  t.notOk(busy.isClosed)
  await busy.opener.close()
  resolve({ peers: [] })
  await settle()
  t.match(busy.answers, [{ id: 1 }], 'who has ended asking is answered')
})

/** A link of ours, and what it asks; `answer` sends a frame back. */
function linked(): {
  link: AskLink
  asked: number[]
  answer: (frame: Uint8Array) => void
  ended: () => boolean
} {
  const [opener, acceptor] = streamPair(NEIGHBOURS_PROTOCOL)
  const asked: number[] = []
  let isEnded = false
  new FrameReader({
    stream: acceptor,
    maxBytes: 2048,
    onFrame: (frame) => asked.push(decodeAsk(frame).id),
    onRemoteEnd: () => {},
    onClose: () => {}
  })
  const link = new AskLink({
    stream: opener,
    peer: hall,
    clock: new VirtualClock(),
    limits,
    onClose: () => {
      isEnded = true
    }
  })
  return { link, asked, answer: (frame) => send(acceptor, frame), ended: () => isEnded }
}

t.test('answers come in any order, also after nobody waits for them', async (t) => {
  const { link, asked, answer, ended } = linked()
  const giveUp = new AbortController()
  const [first, second] = [link.ask(list, giveUp.signal), link.ask(list, signal)]
  await settle()
  t.strictSame(asked, [1, 2])
  giveUp.abort(new Error('too late'))
  await t.rejects(first, { message: 'too late' })
  answer(encodeAnswer({ id: 2, peers: [] }))
  t.match(await second, { id: 2 })
  t.ok(link.isIdle)
  answer(encodeAnswer({ id: 1, peers: [] }))
  await settle()
  t.notOk(ended())
})

t.test('an answer that nobody asked for, and one that is none, end the link', async (t) => {
  for (const frame of [encodeAnswer({ id: 9, peers: [] }), encodeAnswer({ id: 1, peers: [] }).subarray(1)]) {
    const { link, answer, ended } = linked()
    const waiting = link.ask(list, signal)
    waiting.catch(() => {})
    await settle()
    answer(frame)
    await t.rejects(waiting, { code: 'link-broken' })
    t.ok(ended())
  }
})

t.test('an error answer is an error; a neighbour that answers nothing loses its stream', async (t) => {
  const { link, answer, ended } = linked()
  const denied = link.ask(list, signal)
  await settle()
  answer(encodeAnswer({ id: 1, error: { code: 'denied', text: 'no' } }))
  await t.rejects(denied, { code: 'denied' })
  const giveUp = new AbortController()
  const unanswered = Array.from({ length: 8 }, () => link.ask(list, giveUp.signal))
  giveUp.abort(new Error('too late'))
  for (const one of unanswered) await t.rejects(one, { message: 'too late' })
  await t.rejects(link.ask(list, signal), { code: 'busy' })
  await settle()
  t.ok(ended())
})

t.test(
  'a question that cannot be sent is not waited for: the end of the stream fails no promise',
  async (t) => {
    const [opener, acceptor] = streamPair(NEIGHBOURS_PROTOCOL)
    const link = new AskLink({
      stream: opener,
      peer: hall,
      clock: new VirtualClock(),
      limits,
      onClose: () => {}
    })
    // As where the pool closes a link for its silence while somebody takes it.
    link.close(new Error('idle'))
    await t.rejects(link.ask(list, signal), { code: 'link-broken' })
    t.equal(link.isIdle, true)
    acceptor.abort(new Error('the neighbour goes'))
    await settle()
  }
)
