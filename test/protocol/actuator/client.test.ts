import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { SwitchClient } from '../../../src/protocol/actuator/client.ts'
import {
  decodeSwitchRequest,
  encodeSwitchAnswer,
  type SwitchAnswer,
  type SwitchRequest
} from '../../../src/protocol/actuator/codec.ts'
import { SWITCH_PROTOCOL } from '../../../src/protocol/actuator/constants.ts'
import { FrameStream } from '../../../src/protocol/frame-stream.ts'
import { type PairedStream, streamPair } from '../../support/stream-pair.ts'

const PEER = '12D3KooWBhzLnNQnSPmrDnTPYoFq6gCJVEVNNvqaVEcDJcALqMYw'
const NOW = { boot: '8899aabbccddeeff', ms: 5 }
const OFF = { n: 'heater', on: false, since: 0 }
const WISH = { n: 'heater', on: true }

type Told = SwitchAnswer | 'reset' | undefined

/** A client, and an owner that answers as `tell` says; undefined is no answer. */
function bench(tell: (request: SwitchRequest, stream: number) => Told) {
  const clock = new VirtualClock()
  const asked: SwitchRequest[] = []
  let streams = 0
  const answer = (stream: PairedStream, number: number): void => {
    const frames = new FrameStream({
      stream,
      clock,
      maxBytes: 4096,
      writeDeadline: 1000,
      onFrame(frame) {
        const request = decodeSwitchRequest(frame, 4096) as SwitchRequest
        asked.push(request)
        const told = tell(request, number)
        if (told === 'reset') stream.abort(new Error('reset'))
        else if (told !== undefined) frames.write(encodeSwitchAnswer(told))
      },
      onRemoteEnd: () => {},
      onClose: () => {}
    })
  }
  const client = new SwitchClient({
    clock,
    answerBytes: 4096,
    deadline: 10_000,
    async openStream() {
      const [opener, acceptor] = streamPair(SWITCH_PROTOCOL)
      streams += 1
      answer(acceptor, streams)
      return opener
    }
  })
  const set = (): Promise<unknown> => client.set(PEER, WISH, new AbortController().signal)
  const turns = async (count = 50): Promise<void> => {
    for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, asked, set, turns }
}

t.test('a command that is not answered may have been carried out: that is said', async (t) => {
  const { clock, set, turns, asked } = bench(({ id, op }) =>
    op === 'state' ? { id, states: [OFF], now: NOW } : undefined
  )
  const command = t.rejects(set(), {
    code: 'unanswered',
    message: `${PEER} does not answer: heater may have been switched, or not`,
    commandHint: `kith switch ${PEER}/heater`,
    remedy: 'retry'
  })
  await turns()
  await clock.advance(10_000)
  await command
  t.match(asked, [{ op: 'state' }, { op: 'set', seen: NOW }])
})

t.test('a command that was never sent was not carried out', async (t) => {
  const { clock, set, turns } = bench(() => undefined)
  const command = t.rejects(set(), { code: 'deadline' })
  await turns()
  await clock.advance(10_000)
  await command
})

t.test('over a broken stream the same command is sent once more', async (t) => {
  const { set, asked } = bench(({ id, op }, stream) => {
    if (op === 'state') return { id, states: [OFF], now: { ...NOW, ms: stream } }
    return stream === 1 ? 'reset' : { id, states: [{ ...OFF, on: true }], now: NOW }
  })
  t.match(await set(), { on: true })
  const sets = asked.flatMap((request) => (request.op === 'set' ? [request] : []))
  t.equal(sets.length, 2)
  t.equal(sets[0]?.cmd, sets[1]?.cmd)
  t.same(
    sets.map(({ seen }) => seen.ms),
    [1, 2]
  )
})

t.test('a stream that breaks twice', async (t) => {
  const { set } = bench(({ id, op }) => (op === 'state' ? { id, states: [OFF], now: NOW } : 'reset'))
  await t.rejects(set(), { code: 'unanswered' })
})

t.test('what the other node answers is told as it is, sent twice or not', async (t) => {
  const { set, asked } = bench(({ id, op }, stream) => {
    if (op === 'state') return { id, states: [OFF], now: NOW }
    return stream === 1 ? 'reset' : { id, error: { code: 'locked', text: 'minOff', retry: 40_000 } }
  })
  await t.rejects(set(), { code: 'locked', remedy: 'retry' })
  t.equal(asked.length, 4)
})
