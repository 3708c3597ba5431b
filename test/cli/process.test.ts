import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { startControlServer } from '../../src/node/control/server.ts'
import { FakeOperations } from '../support/fakes/operations.ts'
import { historyRows } from '../support/fakes/views.ts'
import { KITH, kith, runNode } from '../support/process/kith.ts'
import { until } from '../support/until.ts'

/** A home with a control server. */
async function home(t: Test, operations = new FakeOperations()): Promise<string> {
  const path = mkdtempSync(join(tmpdir(), 'kith-process-'))
  const limits = { connections: 4, streams: 4, requestBytes: 65_536, timeout: 1000 }
  const server = await startControlServer({
    home: path,
    operations,
    clock: systemClock,
    log: silentLog,
    limits
  })
  t.teardown(() => server.close())
  return path
}

t.test('a command asks the running node', async (t) => {
  const { out, err, end } = kith('peers', '--all', '--home', await home(t))
  t.equal(await end, 0)
  t.match(out(), /^NAME +PEER/)
  t.notMatch(out(), '\x1b', 'plain in a pipe')
  t.equal(err(), '', 'no warning either')
})

t.test('wrong usage ends with 2 and goes to stderr', async (t) => {
  const { out, err, end } = kith('wach')
  t.equal(await end, 2)
  t.equal(out(), '')
  t.match(err(), 'did you mean watch?')
})

t.test('Ctrl-C ends a watch', async (t) => {
  const { child, out, err, end } = kith('watch', '--json', '--home', await home(t))
  await until(() => out().split('\n').length >= 4)
  child.kill('SIGINT')
  t.equal(await end, 0)
  t.equal(err(), '')
  t.doesNotThrow(
    () =>
      out()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    'no line is half written'
  )
})

t.test('SIGTERM ends a waiting command with status 1', async (t) => {
  const operations = new FakeOperations()
  operations.hangs = true
  const path = await home(t, operations)
  const { child, end, err } = kith('ask', 'hall', '--home', path)
  while (operations.asked.length === 0) await delay(10)
  child.kill('SIGTERM')
  t.equal(await end, 1)
  t.equal(err(), '')
})

t.test('a reader that closes the pipe is no failure', async (t) => {
  const operations = new FakeOperations()
  operations.history = async function* () {
    for (;;) yield* historyRows
  }
  const { child, err, end } = kith('history', 'hall', 'air', '--home', await home(t, operations))
  await once(child.stdout ?? child, 'data')
  child.stdout?.destroy()
  t.equal(await end, 0)
  t.equal(err(), '')
})

t.test('an uncaught exception is one line, and ends the process', async (t) => {
  const preload = "data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('boom')})"
  const operations = new FakeOperations()
  operations.hangs = true
  const path = await home(t, operations)
  const { child, err, end } = runNode('--import', preload, KITH, 'ask', 'hall', '--home', path)
  while (operations.asked.length === 0) await delay(10)
  child.kill('SIGUSR2')
  t.equal(await end, 1)
  t.match(err(), /^kith: unexpected: boom; stopping\n {4}at .*\n$/s)
})

t.test('a slow reader gets everything', async (t) => {
  const { child, out, end } = kith('config', 'schema', '--home', t.testdir({}))
  child.stdout?.pause()
  // Longer than the program takes, so that the pipe is full and its end still unwritten.
  await systemClock.sleep(800, new AbortController().signal)
  child.stdout?.resume()
  t.equal(await end, 0)
  t.ok(out().length > 65_536, 'more than a pipe holds')
  t.doesNotThrow(() => JSON.parse(out()))
})

t.test('a stopped reader does not delay Ctrl-C', async (t) => {
  const { child, end } = kith('config', 'schema', '--home', t.testdir({}))
  child.stdout?.pause()
  await systemClock.sleep(800, new AbortController().signal)
  child.kill('SIGINT')
  t.ok(await Promise.race([end.then(() => true), systemClock.sleep(10_000, new AbortController().signal)]))
})

t.test('a command that waits for a debounce time or a deadline alone is kept alive', async (t) => {
  const home = t.testdir({
    'kith.yaml': `devices: [./mute.ts]
limits: { sampling: { deadline: 1s } }
sensors:
  - { type: contact, name: door, line: GPIO17 }
  - { type: mute, name: slow }
`,
    'mute.ts': `export default {
  type: 'mute', title: 'Never answers', datasheet: { id: 'none', revision: 'none' }, bus: 'none',
  measures: [{ quantity: 'temperature' }], options: {}, minimumInterval: 100,
  open: async () => ({ sample: () => new Promise(() => {}), close: async () => {} })
}
`
  })
  const { out, err, end } = kith('devices', 'test', '--simulated', '--home', home)
  t.equal(await end, 1, 'the fault of the driver that never answers')
  t.match(out(), /door {2}contact at GPIO17\n {2}ok/)
  t.match(out(), /slow {2}mute\n {2}fault .*no answer within 1000 ms/)
  t.equal(err(), '')
})

t.test(
  'an output on a full disk is no success, and says so',
  { skip: !existsSync('/dev/full') && 'there is no /dev/full' },
  async (t) => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [KITH, 'config', 'path'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8'
    })
    closeSync(full)
    t.equal(status, 1)
    t.match(stderr, /^kith: the output cannot be written: no space is left on the disk\n {6}make room/)
  }
)

t.test('a driver that blocks a thread for good does not keep the process', async (t) => {
  const home = t.testdir({
    'kith.yaml': `devices: [./stuck.ts]
limits: { sampling: { deadline: 1s } }
sensors:
  - { type: stuck, name: slow }
`,
    'stuck.ts': `import { execFileSync } from 'node:child_process'
import { open } from 'node:fs/promises'
const fifo = import.meta.dirname + '/fifo'
export default {
  type: 'stuck', title: 'Opens what blocks', datasheet: { id: 'none', revision: 'none' }, bus: 'none',
  measures: [{ quantity: 'temperature' }], options: {}, minimumInterval: 100,
  async open() {
    execFileSync('mkfifo', [fifo])
    return { sample: () => open(fifo, 'r'), close: async () => {} }
  }
}
`
  })
  const { child, out, end } = kith('devices', 'test', '--simulated', '--home', home)
  const late = setTimeout(() => child.kill('SIGTERM'), 15_000)
  t.teardown(() => child.kill('SIGKILL'))
  await end
  clearTimeout(late)
  t.match(out(), /fault .*no answer within 1000 ms/, 'what it found is written')
  t.equal(child.signalCode, 'SIGKILL', 'where Node would wait for the thread')
})
