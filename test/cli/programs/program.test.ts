import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { finished } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { runProgram } from '../../../src/cli/programs/program.ts'
import { systemClock } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

const PEER = '12D3KooWHaLLHaLLHaLLHaLLHaLLHaLLHaLLHaLLHaLLq7Xf2a'
const incoming = { id: '1', peer: PEER, who: 'hall', name: 'hall', protocol: '/doc/echo/v1' }

interface Run {
  /** The caller's end of the stream. */
  readonly caller: Duplex
  /** Our end of it. */
  readonly bytes: Duplex
  readonly remarks: string[]
  readonly ended: Promise<void>
  readonly stop: AbortController
}

function run(t: Test, script: string, clock = systemClock): Run {
  const [caller, bytes] = duplexPair()
  for (const end of [caller, bytes]) end.on('error', () => {})
  const stop = new AbortController()
  const remarks: string[] = []
  const init = {
    command: ['sh', '-c', script] as const,
    environment: process.env,
    clock,
    remark: (line: string) => void remarks.push(line)
  }
  const stream = { peer: PEER, protocol: incoming.protocol, bytes }
  const ended = runProgram(init, incoming, stream, stop.signal)
  t.teardown(() => stop.abort())
  return { caller, bytes, remarks, ended, stop }
}

async function all(stream: Duplex): Promise<string> {
  let text = ''
  stream.on('data', (chunk: Buffer) => {
    text += String(chunk)
  })
  await once(stream, 'end')
  return text
}

t.test('the stream is stdin and stdout, stderr is shown, the environment says who called', async (t) => {
  const { caller, remarks, ended } = run(t, 'cat; echo "$KITH_PEER $KITH_NAME $KITH_PROTOCOL"; echo oh >&2')
  caller.end('hello\n')
  t.equal(await all(caller), `hello\n${PEER} hall /doc/echo/v1\n`)
  await ended
  t.same(remarks, ['hall: oh'])
})

t.test('an end of the output is passed on although the program goes on', async (t) => {
  const { caller, remarks, ended } = run(t, 'echo over; exec >&-; cat >/dev/null; echo read >&2')
  t.equal(await all(caller), 'over\n')
  t.same(remarks, [])
  caller.end('the rest')
  await ended
  t.same(remarks, ['hall: read'])
})

t.test('another status than 0 resets the stream', async (t) => {
  const { bytes, remarks, ended } = run(t, 'exit 3')
  await t.rejects(finished(bytes), { message: 'the program ended with status 3' })
  await ended
  t.same(remarks, ['hall: the program ended with status 3; the stream is reset'])
})

t.test(
  'input that comes after the program has ended is discarded for 10 s, then the stream is reset',
  async (t) => {
    const clock = new VirtualClock()
    const { caller, bytes, ended } = run(t, 'true', clock)
    await ended
    caller.write(Buffer.alloc(1_000_000))
    t.equal(await all(caller), '')
    await clock.advance(9000)
    t.notOk(bytes.destroyed)
    await clock.advance(1000)
    t.ok(bytes.destroyed)
  }
)

t.test('a stream that is reset, or a stop, ends what a shell started as well', async (t) => {
  for (const how of ['reset', 'stop'] as const) {
    const { caller, bytes, stop, ended, remarks } = run(t, 'sleep 1000 | sleep 1000 & echo up; wait')
    await once(caller, 'data')
    if (how === 'reset') bytes.destroy(new Error('reset'))
    else stop.abort()
    await ended
    t.same(remarks, [], how)
  }
})

t.test('a program that ignores SIGTERM gets SIGKILL after 2 s', async (t) => {
  const clock = new VirtualClock()
  const { caller, bytes, ended } = run(t, 'trap "" TERM; echo up; while :; do sleep 0.05; done', clock)
  await once(caller, 'data')
  let over = false
  void ended.then(() => {
    over = true
  })
  bytes.destroy()
  await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(1999)
  t.notOk(over)
  await clock.advance(1)
  await ended
})
