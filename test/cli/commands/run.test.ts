import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { kith } from '../../support/process/kith.ts'
import { until } from '../../support/until.ts'

/** Settings of a node that only its control socket can reach. */
const ALONE = [
  '--set',
  'listen=/ip4/127.0.0.1/tcp/0',
  '--set',
  'mdns=false',
  '--set',
  'datagrams.enabled=false'
]

t.test('a simulated node runs, is asked over its socket, and stops in order', async (t) => {
  const home = join(mkdtempSync(join(tmpdir(), 'kith-run-')), 'home')
  const node = kith('run', '--simulated', '7', '--home', home, '--set', 'name=den', ...ALONE)
  t.teardown(() => node.child.kill('SIGKILL'))
  await until(() => node.out().includes('\n'))
  const [first = ''] = node.out().split('\n')
  const started = JSON.parse(first)
  t.match(started, { level: 'info', msg: 'started', name: 'den', sensors: ['air'] })

  const asked = kith('status', '--json', '--home', home)
  t.equal(await asked.end, 0)
  t.match(JSON.parse(asked.out()), { name: 'den', world: 'simulated', peer: started.peer })
  t.equal(asked.err(), '', 'no temporary node was needed')

  const tested = kith('devices', 'test', '--home', home)
  t.equal(await tested.end, 0)
  t.match(
    tested.out(),
    /^air {2}tmp102 at 0x48 on i2c-1, .*\n {2}ok {5}temperature/,
    'its sensor, not this machine’s'
  )
  const scanned = kith('devices', 'scan', '--home', home)
  t.equal(await scanned.end, 0)
  t.match(scanned.out(), /0x48 on i2c-1 +tmp102 +sure +configured as air\n/)

  node.child.kill('SIGTERM')
  t.equal(await node.end, 0)
  t.equal(node.out(), `${first}\n`, 'an idle node logs nothing')
  t.equal(node.err(), '')
  t.notOk(existsSync(join(home, 'control.sock')))
})

t.test('a wrong configuration is refused with every error', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'kith-run-'))
  const { end, err, out } = kith('run', '--home', home, '--set', 'history.age=7', '--set', 'log.level=loud')
  t.equal(await end, 2)
  t.equal(out(), '')
  t.match(err(), '--set history.age  history.age: 7 has no unit')
  t.match(err(), '--set log.level  log.level:')
})

t.test('wrong usage', async (t) => {
  for (const [words, message] of [
    [['--simulated', 'sunny'], 'kith run: unexpected argument sunny'],
    [['--simulated=sunny'], 'kith run --simulated: must be 0 to 999999999, not sunny'],
    [['--scenario', 'examples/scenarios/storm.yaml'], 'kith run --scenario: needs --simulated'],
    [['--set', 'history.age'], 'kith run --set: must be OPTION=VALUE, not history.age']
  ] as const) {
    const { end, err } = kith('run', ...words)
    t.equal(await end, 2)
    t.match(err(), `kith: ${message}\n`)
  }
})
