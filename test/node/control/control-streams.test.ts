import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { SeriesView } from '../../../src/node/api/operations.ts'
import { all, ask, never, pair } from '../../support/control-pair.ts'
import { historyRows, series } from '../../support/fakes/views.ts'

t.test('errors of the node arrive as they are', async (t) => {
  const { client, operations, home } = await pair(t)
  operations.error = new NodeError('nobody-found', 'nobody known as "den"', { hint: 'kith peers' })
  const same = {
    name: 'NodeError',
    code: 'nobody-found',
    message: 'nobody known as "den"',
    hint: 'kith peers'
  }
  await t.rejects(client.ask({ who: 'den' }, never), same)
  await t.rejects(all(client.history({ who: 'den', what: 'air' }, never)), same, 'before a stream begins')
  t.equal((await ask(home, 'POST', '/ask', '{"who":"den"}')).status, 404)
  operations.error = new TypeError('a bug')
  await t.rejects(client.ask({ who: 'den' }, never), { code: 'internal', message: 'a bug' })
})

t.test('an error in the middle of a stream ends it', async (t) => {
  const { client, operations } = await pair(t)
  operations.watch = async function* () {
    yield series()
    throw new NodeError('unreachable', 'hall is gone')
  }
  const seen: SeriesView[] = []
  const watch = async (): Promise<void> => {
    for await (const view of client.watch({ who: [] }, never)) seen.push(view)
  }
  await t.rejects(watch(), { code: 'unreachable', message: 'hall is gone' })
  t.equal(seen.length, 1)
})

t.test('a client that hangs up ends the operation in the node', async (t) => {
  const { client, operations } = await pair(t)
  const aborted = new Promise<unknown>((resolve) => {
    operations.watch = async function* (_request, signal) {
      signal.addEventListener('abort', () => resolve(signal.reason), { once: true })
      yield series()
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
  })
  const controller = new AbortController()
  const watching = async (): Promise<void> => {
    for await (const _view of client.watch({ who: [] }, controller.signal))
      controller.abort(new Error('enough'))
  }
  await t.rejects(watching(), { message: 'enough' })
  t.match(await aborted, { code: 'gone' })
})

t.test('leaving the loop hangs up as well', async (t) => {
  const { client, operations } = await pair(t)
  const ended = new Promise<void>((resolve) => {
    operations.watch = async function* () {
      try {
        for (let i = 0; ; i++) yield series({ age: i })
      } finally {
        resolve()
      }
    }
  })
  for await (const _view of client.watch({ who: [] }, never)) break
  await ended
  t.pass('the generator in the node was ended')
})

t.test('a slow reader holds the generator back', async (t) => {
  const { client, operations } = await pair(t)
  let made = 0
  operations.history = async function* () {
    const [row] = historyRows
    while (row !== undefined && made < 1_000_000) {
      made += 1
      yield row
      if (made % 100 === 0) await new Promise(setImmediate)
    }
  }
  const rows = client.history({ who: 'hall', what: 'air' }, never)[Symbol.asyncIterator]()
  await rows.next()
  const settled = await untilStill(() => made)
  t.ok(settled < 20_000, `${settled} rows wait in buffers of a fixed size, not a million`)
  await rows.return?.()
})

/** The count once it has not changed for a hundred turns of the event loop. */
async function untilStill(count: () => number): Promise<number> {
  for (let still = 0, before = -1; still < 100; still++) {
    if (count() !== before) still = 0
    before = count()
    await new Promise(setImmediate)
  }
  return count()
}

t.test('a reader that takes nothing is disconnected in the end', async (t) => {
  const clock = new VirtualClock()
  const { client, operations } = await pair(t, { stall: 60_000 }, clock)
  let made = 0
  const ended = new Promise<void>((resolve) => {
    operations.history = async function* () {
      try {
        const [row] = historyRows
        while (row !== undefined) {
          made += 1
          yield row
        }
      } finally {
        resolve()
      }
    }
  })
  const rows = client.history({ who: 'hall', what: 'air' }, never)[Symbol.asyncIterator]()
  await rows.next()
  await untilStill(() => made)
  await clock.advance(60_000)
  await ended
  t.pass('the generator was ended')
  await rows.return?.()
})

t.test(
  'no more requests at once than allowed; those that are answered at once have their own places',
  async (t) => {
    const { client, operations } = await pair(t, { connections: 2 })
    const controller = new AbortController()
    operations.hangs = true
    const waiting = [1, 2].map(() =>
      client.ask({ who: 'hall' }, controller.signal).catch((error: Error) => error.message)
    )
    while (operations.asked.length < 2) await new Promise(setImmediate)
    await t.rejects(client.ask({ who: 'hall' }, never), { code: 'busy' })
    await t.rejects(all(client.watch({ who: [] }, never)), { code: 'busy' })
    t.match(await client.status(), { name: 'hall' })
    t.ok(await client.book())
    controller.abort(new Error('enough'))
    t.same(await Promise.all(waiting), ['enough', 'enough'])
  }
)

t.test('an answer has a deadline', async (t) => {
  const clock = new VirtualClock()
  const { client, operations } = await pair(t, {}, clock)
  operations.hangs = true
  const asked = client.ask({ who: 'hall', timeout: 1000 }, never)
  while (operations.asked.length < 1) await new Promise(setImmediate)
  await Promise.all([t.rejects(asked, { code: 'deadline' }), clock.advance(3000)])
})

t.test('a stopping node ends waiting requests with that reason', async (t) => {
  const { client, operations, server } = await pair(t)
  operations.hangs = true
  const asked = client.ask({ who: 'hall' }, never)
  while (operations.asked.length < 1) await new Promise(setImmediate)
  await Promise.all([t.rejects(asked, { name: 'NodeError', code: /stopping|unreachable/ }), server.close()])
})
