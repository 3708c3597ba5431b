import { lstatSync, mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import t from 'tap'
import { systemClock } from '../../../src/clock.ts'
import { NodeError } from '../../../src/error.ts'
import { connectControl } from '../../../src/node/control/client.ts'
import { all, ask, never, pair, serve } from '../../support/control-pair.ts'
import { historyRows, peers, pingReplies, pump, status } from '../../support/fakes/views.ts'

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
  const served = client.serve({ protocols: ['/doc/echo/v1'] }, AbortSignal.timeout(10_000))
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

t.test(
  'a home with a long name',
  { skip: process.platform !== 'linux' && 'only Linux has /proc/self/fd' },
  async (t) => {
    const home = join(mkdtempSync(join(tmpdir(), 'kith-control-')), 'long'.repeat(40))
    mkdirSync(home)
    const server = await serve(home)
    const client = await connectControl(home, systemClock)
    t.equal((await client?.status())?.name, 'hall')
    await client?.close()
    await server.close()
  }
)

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
