import { spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { on as events, once } from 'node:events'
import t, { type Test } from 'tap'
import { type Health, Notifier, notifierOf } from '../../../src/cli/service/notifier.ts'
import { systemClock } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type Log, silentLog } from '../../../src/log.ts'
import { KITH } from '../../support/process/kith.ts'

const well: Health = { status: 'hall: 1 sensor, 0 peers connected', stalled: [] }

/** A manager that records what it is told. */
function bench(watchdog: number | undefined, send?: (text: string) => Promise<void>) {
  const clock = new VirtualClock()
  const told: string[] = []
  const lines: string[] = []
  const line = (message: string): void => void lines.push(message)
  const log: Log = { ...silentLog, warn: line, error: line }
  const record = async (text: string): Promise<void> => void told.push(text)
  return { clock, told, lines, notifier: new Notifier({ clock, log, watchdog, send: send ?? record }) }
}

t.test('readiness, the watchdog three times within its time, and the stop', async (t) => {
  const { clock, told, notifier } = bench(60_000)
  notifier.ready(() => well)
  await clock.advance(60_000)
  notifier.stopping()
  await clock.advance(60_000)
  const fed = `WATCHDOG=1\nSTATUS=${well.status}`
  t.strictSame(told, [`READY=1\nSTATUS=${well.status}`, fed, fed, fed, 'STOPPING=1\nSTATUS=stopping'])
})

t.test('what makes no progress is named once, and the watchdog is not fed until it does', async (t) => {
  const { clock, told, lines, notifier } = bench(30_000)
  let stalled = ['history', 'sensor air']
  notifier.ready(() => ({ ...well, stalled }))
  await clock.advance(20_000)
  t.strictSame(told.slice(1), Array(2).fill('STATUS=no progress: history, sensor air'))
  stalled = []
  await clock.advance(10_000)
  t.equal(told.at(-1), `WATCHDOG=1\nSTATUS=${well.status}`)
  t.strictSame(lines, ['no progress: history, sensor air; the watchdog of systemd is not fed'])
  notifier.stopping()
})

t.test('a manager that does not read collects no messages', async (t) => {
  let asked = 0
  const { clock, notifier } = bench(3_000, () => {
    asked += 1
    return new Promise(() => {})
  })
  notifier.ready(() => well)
  await clock.advance(3_600_000)
  t.equal(asked, 1)
})

t.test('a manager that is gone is logged once', async (t) => {
  const { clock, lines, notifier } = bench(3_000, () => Promise.reject(new Error('ECONNREFUSED')))
  notifier.ready(() => well)
  await clock.advance(60_000)
  t.strictSame(lines, ['systemd cannot be told how the node is: ECONNREFUSED'])
})

t.test('only a descriptor that systemd passed to this very process is used', async (t) => {
  const init = { clock: systemClock, log: silentLog }
  t.equal(notifierOf({}, 7, init), undefined)
  t.equal(notifierOf({ LISTEN_FDNAMES: 'notify', LISTEN_PID: '8' }, 7, init), undefined, 'of the parent')
  t.equal(notifierOf({ LISTEN_FDNAMES: 'web:shell', LISTEN_PID: '7' }, 7, init), undefined, 'other ones')
  t.ok(notifierOf({ LISTEN_FDNAMES: 'web:notify', LISTEN_PID: '7' }, 7, init))
})

/** A connected socket of datagrams stands in for the one of systemd: Node makes none of AF_UNIX. */
async function connected(t: Test): Promise<{ manager: Socket; descriptor: number }> {
  const manager = createSocket('udp4')
  manager.bind(0, '127.0.0.1')
  await once(manager, 'listening')
  const own = createSocket('udp4')
  own.connect(manager.address().port, '127.0.0.1')
  await once(own, 'connect')
  t.teardown(() => {
    manager.close()
    own.close()
  })
  // Node gives it in no other way, and warns of this one.
  process.noDeprecation = true
  return { manager, descriptor: (own as unknown as { _handle: { fd: number } })._handle.fd }
}

t.test('kith run tells the manager that started it', async (t) => {
  const { manager, descriptor } = await connected(t)
  const alone = ['listen=/ip4/127.0.0.1/tcp/0', 'mdns=false', 'datagrams.enabled=false', 'name=den']
  const words = ['run', '--simulated', '--home', t.testdir(), ...alone.flatMap((one) => ['--set', one])]
  const messages = events(manager, 'message')
  // Descriptor 3 is of another name, as where a drop-in adds a socket of its own.
  const environment = { ...process.env, LISTEN_FDNAMES: 'other:notify', WATCHDOG_USEC: '600000' }
  const child = spawn(
    'sh',
    ['-c', 'export LISTEN_PID=$$ WATCHDOG_PID=$$; exec "$0" "$@"', process.execPath, KITH, ...words],
    { env: environment, stdio: ['ignore', 'ignore', 'ignore', 'ignore', descriptor] }
  )
  const texts: string[] = []
  for await (const [bytes] of messages) {
    texts.push(String(bytes))
    if (texts.length === 2) child.kill('SIGTERM')
    if (texts.at(-1)?.startsWith('STOPPING') === true) break
  }
  t.strictSame(texts.slice(0, 2), [
    'READY=1\nSTATUS=den: 1 sensor, 0 peers connected',
    'WATCHDOG=1\nSTATUS=den: 1 sensor, 0 peers connected'
  ])
  t.equal(texts.at(-1), 'STOPPING=1\nSTATUS=stopping')
  t.strictSame(await once(child, 'exit'), [0, null])
})
