import { lstatSync, mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import type { SeriesView } from '../../../src/node/api/operations.ts'
import { type ControlClient, connectControl } from '../../../src/node/control/client.ts'
import type { ServerLimits } from '../../../src/node/control/http-handler.ts'
import { type ControlServer, startControlServer } from '../../../src/node/control/server.ts'
import {
  FakeOperations,
  historyRows,
  peers,
  pingReplies,
  pump,
  series,
  status
} from '../../support/fakes/operations.ts'

const limits: ServerLimits = { connections: 4, streams: 4, requestBytes: 65_536, timeout: 1000 }

interface Pair {
  readonly home: string
  readonly operations: FakeOperations
  readonly server: ControlServer
  readonly client: ControlClient
}

async function pair(t: Test, change: Partial<ServerLimits> = {}, clock: Clock = systemClock): Promise<Pair> {
  const home = mkdtempSync(join(tmpdir(), 'kith-control-'))
  const operations = new FakeOperations()
  const server = await serve(home, operations, change, clock)
  const client = await connectControl(home, systemClock)
  if (client === undefined) throw new Error('nobody answers')
  t.teardown(async () => {
    await client.close()
    await server.close()
  })
  return { home, operations, server, client }
}

function serve(
  home: string,
  operations = new FakeOperations(),
  change: Partial<ServerLimits> = {},
  clock: Clock = systemClock
): Promise<ControlServer> {
  return startControlServer({ home, operations, clock, log: silentLog, limits: { ...limits, ...change } })
}

/** As curl asks. */
function ask(
  home: string,
  method: string,
  path: string,
  body?: string
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath: join(home, 'control.sock'), method, path, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      }
    )
    asked.once('error', reject)
    asked.end(body)
  })
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const never = new AbortController().signal

t.test('every operation goes round', async (t) => {
  const { client, operations } = await pair(t)
  t.same(await client.status(), status)
  t.same(await client.peers(), peers)
  const entry = { name: 'hall', peer: 'x', purposes: ['soil'], addresses: [], time: true }
  t.same(await client.bookPut({ name: 'hall', who: 'x', purposes: ['soil'], time: true }), entry)
  t.same(await client.bookRename('hall', 'loft'), { ...entry, name: 'loft' })
  t.same(await client.book(), [{ ...entry, name: 'loft' }])
  t.equal(await client.bookRemove('loft'), undefined)
  t.same(await client.book(), [])
  t.same(await client.ask({ who: 'hall', timeout: 500 }, never), operations.views)
  t.same(await all(client.history({ who: 'hall', what: 'air' }, never)), historyRows)
  t.same(await all(client.ping({ who: 'hall', count: 3 }, never)), pingReplies)
  t.same(await client.switch({}), [pump])
  t.same(await client.switch({ name: 'pump', to: 'off' }), [{ ...pump, state: 'off', left: null }])
  t.match(await client.devicesTest({ timeout: 500 }, never), [{ name: 'air', age: 0.4 }])
  t.match(await client.devicesScan({ buses: ['i2c-1'] }, never), { skipped: ['i2c-2'] })
  const served = client.serve({ protocols: ['/doc/echo/v1'] }, AbortSignal.timeout(50))
  t.same((await served[Symbol.asyncIterator]().next()).value, { serving: ['/doc/echo/v1'], programs: 1 })
  t.same(operations.asked.slice(0, 1), [{ who: 'hall', timeout: 500 }])
  t.same(operations.asked.slice(-2), [{ buses: ['i2c-1'] }, { protocols: ['/doc/echo/v1'] }])
})

t.test('a pipe is bytes both ways, and its errors are those of the node', async (t) => {
  const { client, operations, home } = await pair(t)
  const request = { who: 'hall &?=…', protocols: ['/doc/echo/v2', '/doc/echo/v1'], timeout: 500 }
  const { bytes, peer, protocol } = await client.pipe(request, never)
  t.same(operations.asked, [request])
  t.match(peer, /^12D3/)
  t.equal(protocol, '/doc/echo/v2')
  const sent = Buffer.alloc(3_000_000, 'echo')
  bytes.end(sent)
  const back: Buffer[] = []
  for await (const chunk of bytes) back.push(chunk as Buffer)
  t.ok(Buffer.concat(back).equals(sent))

  await t.rejects(client.accept({ id: 'x' }, never), { code: 'gone', message: /has ended or was taken/ })
  operations.error = new NodeError('denied', 'not you', { hint: 'ask' })
  await t.rejects(client.pipe(request, never), { code: 'denied', message: 'not you', hint: 'ask' })
  t.match(await ask(home, 'GET', '/pipe?who=hall&protocols=/doc/echo/v1'), { status: 400 })
  await t.rejects(client.pipe(request, AbortSignal.abort(new Error('enough'))), { message: 'enough' })
  await t.rejects(client.pipe({ ...request, who: '' }, never), { code: 'bad-request', message: /who/ })
})

t.test('as many pipes as are allowed; all are cut off when the node stops', async (t) => {
  const { client, server } = await pair(t)
  const request = { who: 'hall', protocols: ['/doc/echo/v1'] }
  const open = await Promise.all([1, 2, 3, 4].map(() => client.pipe(request, never)))
  await t.rejects(client.pipe(request, never), { code: 'busy' })
  const [first] = open
  first?.bytes.destroy()
  const cut = Promise.all(
    open.slice(1).map(({ bytes }) => t.rejects(finished(bytes), { code: 'link-broken' }))
  )
  await server.close()
  await cut
})

t.test('an upgrade that is none of ours is refused', async (t) => {
  const { home } = await pair(t)
  const upgrade = (path: string, to: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: to }
      request({ socketPath: join(home, 'control.sock'), path, headers })
        .once('response', (response) => resolve(response.resume().statusCode))
        .once('error', reject)
        .end()
    })
  t.equal(await upgrade('/status', 'kith-bytes'), 400)
  t.equal(await upgrade('/pipe?who=hall&protocols=/doc/echo/v1', 'websocket'), 400)
  t.equal(await upgrade('/nowhere', 'kith-bytes'), 404)
  t.equal(await upgrade('/pipe?who=hall', 'kith-bytes'), 400)
})

t.test('the socket is its owner’s alone, nothing is left beside it, and it goes with the node', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'kith-control-'))
  const server = await serve(home)
  t.equal(statSync(join(home, 'control.sock')).mode & 0o777, 0o600)
  t.same(readdirSync(home), ['control.sock'])
  await server.close()
  t.same(readdirSync(home), [])
  t.equal(await connectControl(home, systemClock), undefined, 'nobody answers then')
  t.equal(await connectControl(join(home, 'none'), systemClock), undefined, 'nor in a home that is not there')
})

t.test('two nodes on one socket: the second is refused, the first goes on', async (t) => {
  const { home, client } = await pair(t)
  await t.rejects(serve(home), { code: 'in-use', hint: /stop it first/ })
  t.equal((await client.status()).name, 'hall')
})

t.test('the leftover of a crash is replaced', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'kith-control-'))
  const crashed = createServer()
  await new Promise<void>((resolve) => crashed.listen(join(home, 'made'), resolve))
  // Renamed, so that closing does not remove it: nobody answers, as after a crash.
  const { renameSync } = await import('node:fs')
  renameSync(join(home, 'made'), join(home, 'control.sock'))
  await new Promise((resolve) => crashed.close(resolve))
  const server = await serve(home)
  t.equal((await ask(home, 'GET', '/status')).status, 200)
  await server.close()
})

t.test('a file of that name that is no socket is left as it is', async (t) => {
  for (const make of [
    (place: string) => writeFileSync(place, 'notes'),
    (place: string) => symlinkSync('/dev/null', place),
    (place: string) => mkdirSync(place)
  ]) {
    const home = mkdtempSync(join(tmpdir(), 'kith-control-'))
    make(join(home, 'control.sock'))
    const before = lstatSync(join(home, 'control.sock'))
    await t.rejects(serve(home), { code: 'not-a-socket', remedy: 'stop', hint: /move the file/ })
    t.equal(lstatSync(join(home, 'control.sock')).ino, before.ino)
    t.same(readdirSync(home), ['control.sock'])
  }
})

t.test('a home with a long name', { skip: process.platform !== 'linux' }, async (t) => {
  const home = join(mkdtempSync(join(tmpdir(), 'kith-control-')), 'long'.repeat(40))
  mkdirSync(home)
  const server = await serve(home)
  const client = await connectControl(home, systemClock)
  t.equal((await client?.status())?.name, 'hall')
  await client?.close()
  await server.close()
})

t.test('what is asked wrongly is refused with its reason', async (t) => {
  const { home } = await pair(t, { requestBytes: 1000 })
  const rows: readonly (readonly [
    method: string,
    path: string,
    body: string,
    status: number,
    said: RegExp
  ])[] = [
    ['GET', '/nothing', '', 404, /"no-such".*\/status/],
    ['POST', '/status', '', 400, /takes GET/],
    ['GET', '/ask', '', 400, /takes POST/],
    ['POST', '/ask', '{', 400, /not JSON/],
    ['POST', '/ask', '[]', 400, /bad-request/],
    ['POST', '/ask', '{}', 400, /who/],
    ['POST', '/ask', '{"who":"x","whom":"y"}', 400, /whom/],
    ['POST', '/ask', '{"who":"x","timeout":1e9}', 400, /timeout/],
    ['POST', '/ask', '{"who":"x","by":"pigeon"}', 400, /by/],
    ['POST', '/history', '{"who":"x","what":"y","since":"1h"}', 400, /since/],
    ['POST', '/ping', '{"who":"x","count":0}', 400, /count/],
    ['POST', '/switch', '{"name":"pump","to":"toggle"}', 400, /bad-request/],
    ['POST', '/switch', '{"to":"on"}', 400, /bad-request/],
    ['POST', '/ask', `{"who":"${'x'.repeat(1000)}"}`, 413, /too-big/]
  ]
  for (const [method, path, body, expected, said] of rows) {
    const answer = await ask(home, method, path, body)
    t.equal(answer.status, expected, `${method} ${path} ${body.slice(0, 40)}`)
    t.match(answer.body, said)
    t.type(JSON.parse(answer.body).error.code, 'string')
  }
})

t.test('a body that grows without end is refused as it comes', async (t) => {
  const { home } = await pair(t, { requestBytes: 1000 })
  const answered = await new Promise<number>((resolve, reject) => {
    const asked = request(
      { socketPath: join(home, 'control.sock'), method: 'POST', path: '/ask', agent: false },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      }
    )
    asked.on('error', reject)
    asked.write('"'.padEnd(1500, 'x'))
  })
  t.equal(answered, 413)
})

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
