import t from 'tap'
import { runCommand } from '../../support/process/command-run.ts'

t.test('a health check fails where no node runs, and starts none', async (t) => {
  const { status, out, err } = await runCommand('status --running', { alone: true })
  t.equal(status, 3)
  t.equal(out, '')
  t.match(err, /no node runs in/)
})
