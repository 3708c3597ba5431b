import t from 'tap'
import { statusMetrics } from '../../../src/node/control/metrics/status-metrics.ts'
import { status } from '../../support/fakes/operations.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('without a running node the exit status is 3, and none is started', async (t) => {
  for (const line of ['status', 'status --running', 'status --json', 'status --metrics']) {
    const { status, out, err } = await runCommand(line, { alone: true })
    t.equal(status, 3, line)
    t.equal(out, '')
    t.match(err, /no node runs in/)
  }
})

t.test('--metrics prints the metrics of the running node', async (t) => {
  const { status: exit, out } = await runCommand('status --metrics')
  t.equal(exit, 0)
  t.equal(out, statusMetrics(status))
})
