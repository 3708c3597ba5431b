import t, { type Test } from 'tap'
import type { DatagramFlow } from '../../../../src/protocol/datagram/flow.ts'
import { createAnswerVerifier } from '../../../../src/protocol/query/client/answer-verifier.ts'
import { type DatagramQueryClient, datagramQueryClient } from '../../../../src/protocol/query/index.ts'
import type { QueryLimits } from '../../../../src/protocol/query/limits.ts'
import { SealVerifier } from '../../../../src/reading/signed/seal-verify.ts'
import { type Pair, pair, stop } from '../../../support/datagram/pair.ts'
import { topic } from '../../../support/history.ts'
import {
  asked,
  packOf,
  type QueryBench,
  queryBench,
  queryLimits,
  registry
} from '../../../support/query/bench.ts'

const signal = new AbortController().signal

interface Asking extends Pair {
  readonly bench: QueryBench
  readonly client: DatagramQueryClient
  /** Those that b answers, in the order in which they were opened. */
  readonly answered: readonly DatagramFlow[]
}

/** a asks, b answers: the catalogue's sensor protocols over datagrams in memory. */
async function asking(t: Test, limits: Partial<QueryLimits> = {}): Promise<Asking> {
  const made = await pair()
  t.teardown(() => stop(made))
  made.near.close()
  const bench = queryBench()
  bench.hub.add(packOf(0))
  const answered: DatagramFlow[] = []
  for (const protocol of registry.ids()) {
    made.b.datagrams.handle(protocol, (flow) => {
      answered.push(flow)
      return (request) => {
        const caller = { peer: flow.peer, host: flow.host, direct: flow.direct }
        const answer = bench.server.answerDatagram(request, { caller, protocol }, flow.maxSize)
        if (answer !== undefined) flow.send(answer)
      }
    })
  }
  const client = datagramQueryClient({ limits: { ...queryLimits, ...limits } })({
    datagrams: made.a.datagrams,
    clock: made.clock,
    verifier: createAnswerVerifier(registry, new SealVerifier(), queryLimits.remembered)
  })
  return { ...made, bench, client, answered }
}

const question = { who: asked }

t.test('a first question costs one round trip, with what opens its flow', async (t) => {
  const { client, clock } = await asking(t)
  const began = clock.monotonic()
  const { packs } = await clock.run(client.read('b', [topic], question, signal))
  t.equal(packs.length, 1)
  t.equal(clock.monotonic() - began, 2, 'a millisecond each way')
  t.equal((await clock.run(client.describe('b', ['/sensor/meta/v1'], question, signal))).name, 'hall')
  t.equal(client.size, 2)
})

t.test('the newest version that both speak', async (t) => {
  const { client, clock } = await asking(t)
  const { packs } = await clock.run(client.read('b', ['/sensor/temp/v9', topic], question, signal))
  t.equal(packs.length, 1)
  await t.rejects(clock.run(client.read('b', ['/sensor/temp/v9', '/sensor/temp/v8'], {}, signal)), {
    code: 'datagram-refused'
  })
})

t.test('many who ask share a flow; it is closed when nobody asks any more', async (t) => {
  const { client, clock, a } = await asking(t, { idle: 60_000 })
  const reads = Array.from({ length: 5 }, () => client.read('b', [topic], question, signal))
  await clock.run(Promise.all(reads))
  t.equal(client.size, 1)
  t.equal(a.datagrams.status().sessions[0]?.flows, 1)
  await clock.advance(59_000)
  await clock.run(client.read('b', [topic], question, signal))
  await clock.advance(59_000)
  t.equal(client.size, 1)
  await clock.advance(2000)
  t.equal(client.size, 0)
  t.equal(a.datagrams.status().sessions[0]?.flows, 0)
})

t.test('beyond the bound the flow used longest ago gives way', async (t) => {
  const { client, clock } = await asking(t, { links: 2 })
  for (const protocol of ['/sensor/meta/v1', topic, '/sensor/humidity/v1']) {
    await clock.run(client.read('b', [protocol], question, signal)).catch(() => {})
  }
  t.equal(client.size, 2)
})

t.test('beyond the bound with none idle, one more is refused', async (t) => {
  const { client, clock, a } = await asking(t, { links: 1 })
  const first = client.read('b', [topic], question, signal)
  const second = client.read('b', ['/sensor/meta/v1'], question, signal).catch((error) => error.code)
  t.equal((await clock.run(first)).packs.length, 1)
  t.equal(await second, 'busy')
  t.equal(client.size, 1)
  t.equal(a.datagrams.status().sessions[0]?.flows, 1)
})

t.test(
  'a flow outlives its stream; one that ended is opened anew, and who gives up stops nobody else',
  async (t) => {
    const { client, clock, world, answered } = await asking(t)
    await clock.run(client.read('b', [topic], question, signal))
    world.stream[0].reset()
    t.equal((await clock.run(client.read('b', [topic], question, signal))).packs.length, 1)
    t.equal(answered.length, 1, 'the same flow')
    answered[0]?.close()
    await clock.advance(10)
    t.equal(client.size, 0)
    const impatient = new AbortController()
    const one = client.read('b', [topic], question, impatient.signal)
    const other = client.read('b', [topic], question, signal)
    impatient.abort(new Error('enough'))
    await t.rejects(one, { message: 'enough' })
    t.equal((await clock.run(other)).packs.length, 1)
    t.equal(answered.length, 2)
    client.stop()
    t.equal(client.size, 0)
  }
)
