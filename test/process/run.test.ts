import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openDatabase } from '../../src/reading/history/store/database-file.ts'
import { KITH, kith, kithUnder, type Running, runNode } from '../support/process/kith.ts'
import { lineWith, measured, runThermometer, started, thermometerWords } from '../support/process/node.ts'

// Temporary nodes discover no peers.
process.env['KITH_MDNS'] = 'false'

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'kith-run-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const FAST = 'sensors=[{type: tmp102, name: air, bus: i2c-1, interval: 200ms}]'

t.test('a node measures, another process watches it over the network, both stop at a signal', async (t) => {
  const home = join(folder(t), 'hall')
  const node = runThermometer(home, 'name=hall', FAST)
  t.teardown(() => node.child.kill('SIGKILL'))
  const { peer, addresses } = await started(node)
  const [address = ''] = addresses
  t.match(address, new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/[0-9]+/p2p/${peer}$`))

  const nowhere = join(home, 'nobody')
  const watch = kith('watch', '--json', '--home', nowhere, address)
  t.teardown(() => watch.child.kill('SIGKILL'))
  const view = await lineWith(watch, 'peer', peer)
  t.match(view, { who: 'hall', series: 'air/temperature', state: 'value', unit: 'Cel', signed: true })
  await lineWith(watch, 'door', 'gossip')
  t.pass('the next ones come by gossip')
  t.notOk(existsSync(nowhere), 'and nothing is written for it')
  watch.child.kill('SIGINT')
  t.equal(await watch.end, 0)

  const status = kith('status', '--json', '--home', home)
  t.equal(await status.end, 0)
  t.match(JSON.parse(status.out()), { peer, name: 'hall', history: { state: 'ok' } })
  t.equal(status.err(), '', 'it asked the running node')
  const again = runThermometer(home)
  t.equal(await again.end, 1)
  t.match(
    again.err(),
    new RegExp(`process ${node.child.pid}`),
    'a second node is refused, with the process that has the home'
  )

  node.child.kill('SIGTERM')
  t.equal(await node.end, 0)
  t.equal(node.err(), '')
  t.notOk(existsSync(join(home, 'control.sock')), 'the socket is gone')
  t.notOk(existsSync(join(home, 'node.pid')))
  const database = openDatabase(join(home, 'history.sqlite'))
  t.match(database.prepare('PRAGMA integrity_check').get(), { integrity_check: 'ok' })
  database.close()
})

/** A node whose listeners never close; a server without connections, which only tries a port, does. */
function runStubborn(home: string): Running {
  const code = `import net from 'node:net'
    const { close } = net.Server.prototype
    net.Server.prototype.close = function (done) {
      return this.listenerCount('connection') > 0 ? this : close.call(this, done)
    }`
  const preload = `data:text/javascript,${encodeURIComponent(code)}`
  const flags = ['--set', 'listen=[/ip4/127.0.0.1/tcp/0]']
  return runNode('--import', preload, KITH, 'run', '--simulated', '--json', '--home', home, ...flags)
}

t.test('the second Ctrl-C ends the process at once', async (t) => {
  const node = runStubborn(join(folder(t), 'hall'))
  t.teardown(() => node.child.kill('SIGKILL'))
  await started(node)
  node.child.kill('SIGINT')
  const state = await Promise.race([node.end, delay(700, 'still stopping')])
  t.equal(state, 'still stopping', 'the first waits for what stops in order')
  node.child.kill('SIGINT')
  t.equal(await node.end, 1, 'the first would end it with 0')
  t.notMatch(node.out(), /stopping network: no answer/)
})

t.test('a node that does not stop ends all the same', async (t) => {
  const node = runStubborn(join(folder(t), 'hall'))
  t.teardown(() => node.child.kill('SIGKILL'))
  await started(node)
  node.child.kill('SIGTERM')
  await node.end
  t.match(node.out(), /stopping network: no answer/)
})

t.test('a wrong configuration ends with 2 and lists every error', async (t) => {
  const home = folder(t)
  writeFileSync(
    join(home, 'kith.yaml'),
    'name: Hall!\nsensors:\n  - type: bme281\n    interval: 10\nmdsn: true\n'
  )
  const { end, out, err } = kith('run', '--simulated', '--home', home)
  t.equal(await end, 2)
  t.equal(out(), '')
  for (const place of [/kith\.yaml:1:\d+/, /kith\.yaml:3:\d+.*bme281/, /kith\.yaml:5:\d+.*mdsn/])
    t.match(err(), place)
  t.match(err(), /did you mean bme280/)
  t.match(err(), /did you mean mdns/)
})

t.test('an uncaught error: one line, and the readings are kept', async (t) => {
  const home = join(folder(t), 'hall')
  const preload = "data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('boom')})"
  const flags = ['listen=[/ip4/127.0.0.1/tcp/0]', FAST].flatMap((setting) => ['--set', setting])
  const node = runNode('--import', preload, KITH, 'run', '--simulated', '--json', '--home', home, ...flags)
  t.teardown(() => node.child.kill('SIGKILL'))
  await started(node)
  await measured(home)
  node.child.kill('SIGUSR2')
  t.equal(await node.end, 1)
  t.match(node.err(), /^kith: unexpected: boom; stopping\n {4}at .*\n$/s)
  const database = openDatabase(join(home, 'history.sqlite'))
  const rows = (table: string): number =>
    Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'])
  t.ok(rows('ranges') + rows('chunks') > 0, 'the readings were written down')
  database.close()
  t.equal(existsSync(join(home, 'node.pid')), false)
  t.equal(readFileSync(join(home, 'epoch'), 'utf8').trim().length, 10)
})

t.test('a full disk: measuring and serving go on', async (t) => {
  const home = join(folder(t), 'hall')
  // The kernel lets no file grow beyond 16 blocks; what tap itself writes of a process would not fit either.
  const node = kithUnder(
    'unset NODE_OPTIONS; ulimit -f 16',
    ...thermometerWords(home, 'history.flush=1s', FAST)
  )
  t.teardown(() => node.child.kill('SIGKILL'))
  const { addresses } = await started(node)
  await lineWith(node, 'level', 'warn')
  const status = kith('status', '--json', '--home', home)
  t.equal(await status.end, 0)
  t.match(JSON.parse(status.out()), { history: { state: /failing|full/ }, sensors: [{ state: 'value' }] })
  const ask = kith('ask', '--json', '--home', join(home, 'nobody'), addresses[0] ?? '')
  t.equal(await ask.end, 0)
  t.match(JSON.parse(ask.out()), [{ state: 'value', signed: true }])
  node.child.kill('SIGTERM')
  t.equal(await node.end, 0)
})
