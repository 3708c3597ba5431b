import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { FakeOperations, pump } from '../../support/fakes/operations.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('kith switch shows and sets outputs', async (t) => {
  const operations = new FakeOperations()
  const all = await runCommand('switch', { operations })
  t.match(all, { status: 0, out: /pump +GPIO27 +on +off in 9 min/ })
  await runCommand('switch pump status', { operations })
  const off = await runCommand('switch pump off', { operations })
  t.match(off.out, /pump +GPIO27 +off\s*$/)
  t.same(operations.asked, [{}, { name: 'pump' }, { name: 'pump', to: 'off' }])
  t.same(JSON.parse((await runCommand('switch pump on --json', { operations })).out), [pump])
})

t.test('faults of an output are shown', async (t) => {
  const operations = new FakeOperations()
  operations.switch = async () => [
    {
      ...pump,
      state: 'fault',
      left: null,
      fault: { code: 'busy', message: 'line GPIO27 is in use by \x1b[31m' }
    }
  ]
  const { out } = await runCommand('switch', { operations })
  t.match(out, /pump +GPIO27 +fault +line GPIO27 is in use by/)
  t.notMatch(out, '\x1b')
  operations.switch = async () => []
  t.match(await runCommand('switch', { operations }), { out: '', err: /no switches are configured/ })
  operations.error = new NodeError('not-running', 'no node runs here', { hint: 'kith run' })
  operations.switch = async () => {
    throw operations.error
  }
  t.match(await runCommand('switch pump on', { operations }), {
    status: 1,
    err: /no node runs here[\s\S]*kith run/
  })
  t.match(await runCommand('switch pump toggle', { operations }), {
    status: 2,
    err: /TO must be one of on, off, status, not toggle\n/
  })
})
