import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { NOW } from '../../support/fakes/views.ts'
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

t.test('WHO/SENSOR is one word', async (t) => {
  const operations = new FakeOperations()
  await runCommand('ask hall/air/temperature', { operations })
  await runCommand('history hall/air -n 1', { operations })
  t.match(operations.asked, [
    { who: 'hall', what: 'air/temperature' },
    { who: 'hall', what: 'air', newest: 1 }
  ])
  const missing = await runCommand('history hall', { operations })
  t.equal(missing.status, 2)
  t.match(missing.err, /kith history needs SENSOR[\s\S]*kith history hall\/air/)
})

t.test('an unknown sensor has the same exit status in ask and history', async (t) => {
  const none = Object.assign(new FakeOperations(), { views: [] })
  t.equal((await runCommand('ask hall/what', { operations: none })).status, 1)
  const error = new NodeError('no-such', 'hall measures nothing called what')
  const unknown = Object.assign(new FakeOperations(), { error })
  t.equal((await runCommand('history hall/what', { operations: unknown })).status, 1)
})

t.test('ask says after a second what it waits for', async (t) => {
  const clock = new VirtualClock({ now: NOW * 1000 })
  const operations = Object.assign(new FakeOperations(), { hangs: true })
  const leaving = new AbortController()
  const running = runCommand('ask hall', { operations, clock, signal: leaving.signal })
  while (operations.asked.length === 0) await setImmediate()
  await clock.advance(1100)
  leaving.abort(new Error('left'))
  await clock.advance(1000)
  t.match(await running, { out: '', err: /^kith: waiting for an answer of hall; Ctrl-C ends$/m })
  const quick = await runCommand('ask hall', { operations: new FakeOperations() })
  t.equal(quick.err, '')
})
