import t from 'tap'
import { statusMetrics } from '../../../src/node/control/metrics/status-metrics.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { status } from '../../support/fakes/views.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('without a running node the exit status is 3, and none is started', async (t) => {
  for (const line of ['status', 'status --running', 'status --json', 'status --metrics']) {
    const { status, out, err } = await runCommand(line, { alone: true })
    t.equal(status, 3, line)
    t.equal(out, '')
    t.match(err, /no node runs in/)
  }
})

t.test('on a terminal it is one screen: faults first, the rest is counted, and --all shows it', async (t) => {
  const operations = new FakeOperations()
  const [air, soil] = status.sensors
  if (air === undefined || soil === undefined) throw new Error('the fake has two sensors')
  const many = Array.from({ length: 40 }, (_, i) => ({ ...(i === 30 ? soil : air), name: `s${i}` }))
  const protocols = Array.from({ length: 25 }, (_, i) => `/sensor/kind${i}/v1`)
  const addresses = Array.from({ length: 9 }, (_, i) => `/ip4/192.168.1.${i}/tcp/4001/p2p/${status.peer}`)
  operations.status = async () => ({ ...status, sensors: many, protocols, addresses })
  const { out } = await runCommand('status', { operations, columns: 80 })
  const lines = out.trimEnd().split('\n')
  t.ok(lines.length <= 23, `${lines.length} lines and the prompt`)
  for (const line of lines) t.ok([...line].length <= 80, line)
  t.match(out, /protocols +25 \(--all lists them\)/)
  t.match(out, / 7 more \(--all lists them\)/)
  t.match(out, /STATE\ns30 /, 'the fault comes first')
  t.match(lines.at(-1), /^… 3\d more sensors/)
  for (const [line, columns] of [
    ['status --all', 80],
    ['status', undefined]
  ] as const) {
    const all = await runCommand(line, { operations, ...(columns === undefined ? {} : { columns }) })
    t.match(all.out, '/sensor/kind24/v1', line)
    t.match(all.out, `192.168.1.8/tcp/4001/p2p/${status.peer}`)
    t.match(all.out, /^s39 /m)
  }
})

t.test('--metrics prints the metrics of the running node', async (t) => {
  const { status: exit, out } = await runCommand('status --metrics')
  t.equal(exit, 0)
  t.equal(out, statusMetrics(status))
})
