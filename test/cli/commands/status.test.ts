import t from 'tap'
import { statusMetrics } from '../../../src/node/control/metrics/status-metrics.ts'
import { status } from '../../support/fakes/operations.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('a health check fails where no node runs, and starts none', async (t) => {
  const { status, out, err } = await runCommand('status --running', { alone: true })
  t.equal(status, 3)
  t.equal(out, '')
  t.match(err, /no node runs in/)
})

t.test('--metrics prints the metrics of the running node', async (t) => {
  const { status: exit, out } = await runCommand('status --metrics')
  t.equal(exit, 0)
  t.equal(out, statusMetrics(status))
})

t.test('a temporary node has no counters', async (t) => {
  const { status: exit, out } = await runCommand('status --metrics', { alone: true })
  t.equal(exit, 3)
  t.equal(out, '')
})
