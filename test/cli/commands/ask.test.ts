import t from 'tap'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('ask shows the path to each author, once, on a terminal and as JSON', async (t) => {
  const operations = new FakeOperations()
  operations.views = operations.views.map((view) => ({
    ...view,
    who: 'attic',
    path: 'via hall\u001b[31m, den'
  }))
  const shown = await runCommand('ask attic', { operations, columns: 120 })
  t.equal(shown.out.split('attic by via hall').length, 2)
  t.notMatch(shown.out, 'hall\u001b[31m')
  t.notMatch((await runCommand('ask attic', { operations })).out, ' by via ', 'not in a pipe')
  const json = JSON.parse((await runCommand('ask attic --json', { operations })).out)
  t.match(json, [{ path: 'via hall\u001b[31m, den' }])
})
