import { EventEmitter } from 'node:events'
import t from 'tap'
import { Terminal } from '../../../src/cli/terminal/terminal.ts'

class SlowSink extends EventEmitter {
  writableNeedDrain = false
  write(): boolean {
    return !this.writableNeedDrain
  }
}

function slow() {
  const stdout = new SlowSink()
  const terminal = new Terminal({ stdout, stderr: new SlowSink(), environment: {} })
  return { stdout, terminal, abort: new AbortController() }
}

t.test('a reader that keeps up is not waited for', async () => {
  const { terminal, abort } = slow()
  await terminal.drained(abort.signal)
})

t.test('a slow one is, until it has caught up', async (t) => {
  const { stdout, terminal, abort } = slow()
  stdout.writableNeedDrain = true
  let done = false
  const waiting = terminal.drained(abort.signal).then(() => {
    done = true
  })
  await Promise.resolve()
  t.equal(done, false)
  stdout.emit('drain')
  await waiting
  t.equal(stdout.listenerCount('drain'), 0)
})

t.test('or until the signal aborts', async (t) => {
  const { stdout, terminal, abort } = slow()
  stdout.writableNeedDrain = true
  const waiting = terminal.drained(abort.signal)
  abort.abort()
  await waiting
  await terminal.drained(abort.signal)
  t.equal(stdout.listenerCount('drain'), 0)
})
