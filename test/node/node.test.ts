import t, { type Test } from 'tap'
import { type Clock, systemClock } from '../../src/clock.ts'
import {
  createNode,
  defineSensor,
  type Followed,
  type Node,
  NodeError,
  type NodeStream,
  simulatedWorld
} from '../../src/index.ts'
import { type Log, silentLog } from '../../src/log.ts'
import { keptLog } from '../support/history.ts'
import { hurried } from '../support/hurried-clock.ts'
import { memoryCarrier } from '../support/memory-network.ts'

let counted = 0
const counter = defineSensor({
  type: 'counter',
  measures: [{ quantity: 'count' }],
  minimumInterval: 20,
  sample: () => counted++
})
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

async function nodeOf(
  t: Test,
  name: string,
  config: Record<string, unknown> = {},
  { log = silentLog, clock = systemClock }: { log?: Log; clock?: Clock } = {}
): Promise<Node> {
  const node = await createNode({
    config: { name, mdns: false, ...config },
    world: simulatedWorld({ clock }),
    carrier: memoryCarrier(),
    devices: [counter],
    log
  })
  t.teardown(() => node.stop())
  return node
}

function address(node: Node): string {
  return node.addresses[0] ?? ''
}

t.test('the newest version that both support is chosen', async (t) => {
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there')]
  const echo = (version: string) => async (stream: NodeStream) => {
    for await (const message of stream) await stream.send(`${version} ${text(message)}`)
  }
  await there.handle('/chat/text/v1', echo('v1'))
  const first = await here.open(address(there), ['/chat/text/v2', '/chat/text/v1'])
  t.equal(first.protocol, '/chat/text/v1')
  await there.handle('/chat/text/v2', echo('v2'))
  const second = await here.open(there.peer, ['/chat/text/v2', '/chat/text/v1'])
  t.equal(second.protocol, '/chat/text/v2')
  t.equal(second.peer, there.peer)
  await second.send('hello')
  t.equal(text(await second.next()), 'v2 hello')
  await second.close()
  t.equal(await second.next(), undefined, 'ends when the handler returns')
})

t.test('what cannot be opened says why', async (t) => {
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there')]
  await t.rejects(here.open(address(there), ['/chat/text/v9']), { code: 'no-common-protocol' })
  await t.rejects(here.open(there.peer, ['chat']), { code: 'protocol-name', hint: /\/chat\/text\/v1/ })
  await there.handle('/chat/text/v1', () => {})
  await t.rejects(
    there.handle('/chat/text/v1', () => {}),
    { code: 'protocol-taken' }
  )
})

t.test('what takes too long says what it was', async (t) => {
  const here = await nodeOf(t, 'here')
  const asked = here.ask('nobody', undefined, { timeout: 100 })
  await t.rejects(asked, { code: 'deadline', message: 'asking nobody: no answer within 100 ms' })
})

t.test('a message over the limit is refused on both sides', async (t) => {
  const small = { limits: { streams: { messageBytes: '1KiB' } } }
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there', small)]
  const ended = new Promise<unknown>((resolve) => {
    void there.handle('/chat/text/v1', (stream) => stream.next().then(resolve, resolve))
  })
  const stream = await here.open(address(there), ['/chat/text/v1'])
  await t.rejects(stream.send(new Uint8Array(65_537)), { code: 'too-big' })
  await stream.send(new Uint8Array(2000))
  t.type(await ended, Error, 'the receiver resets the stream')
})

t.test('a handler that throws ends its stream and nothing else', async (t) => {
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there')]
  await there.handle('/chat/text/v1', () => {
    throw new NodeError('oops', 'no talk today')
  })
  const stream = await here.open(address(there), ['/chat/text/v1'])
  await t.rejects(stream.next())
  t.equal((await there.status()).name, 'there')
})

t.test('a peer that makes a handler fail repeatedly does not fill the log', async (t) => {
  const log = keptLog()
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there', {}, { log })]
  await there.handle('/chat/text/v1', () => {
    throw new NodeError('oops', 'no talk today')
  })
  for (let i = 0; i < 30; i++) {
    const stream = await here.open(address(there), ['/chat/text/v1'])
    await t.rejects(stream.next())
  }
  t.equal(log.lines.filter(({ level }) => level === 'warn').length, 10)
})

t.test('follow hands on each reading once and in order, those before it came included', async (t) => {
  const sensors = [{ type: 'counter', name: 'turns', interval: '20ms' }]
  const quick = { clock: hurried(systemClock, 5) }
  const here = await nodeOf(t, 'here', {}, quick)
  const there = await nodeOf(t, 'there', { sensors }, quick)
  const ended = new AbortController()
  const followed: Followed[] = []
  for await (const one of here.follow(address(there), { from: 'beginning', signal: ended.signal })) {
    followed.push(one)
    if (followed.length === 60) break
  }
  t.same(
    followed.map((one) => one.reading?.position.seq),
    Array.from({ length: 60 }, (_, i) => i)
  )
})

t.test('ask, watch and history of a neighbour', async (t) => {
  const sensors = [{ type: 'counter', name: 'turns', interval: '20ms' }]
  const [here, there] = [await nodeOf(t, 'here'), await nodeOf(t, 'there', { sensors })]
  for await (const view of there.watch(there.peer)) {
    if (view.state === 'value') break
  }
  const [answer] = await here.ask(address(there), 'count')
  t.match(answer, { who: 'there', series: 'turns/count', state: 'value', signed: true })
  // By stream until datagrams are agreed on, which a busy machine may have done by now.
  t.match(answer?.door, /^(read|datagram)$/)
  for await (const row of here.history('there', 'turns', { limit: 1 })) t.match(row, { position: { seq: 0 } })
})
