import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { systemClock } from '../../../../src/clock.ts'
import { silentLog } from '../../../../src/log.ts'
import { moveLog } from '../../../../src/reading/history/store/checkpoint.ts'
import { DurableStore } from '../../../../src/reading/history/store/durable-store.ts'
import { runOf, topic } from '../../../support/history.ts'

const run = runOf(10)
const MIB = 2 ** 20

/** Packs of other authors as large as any, one transaction each. */
function write(durable: DurableStore, from: number, to: number): void {
  for (let seq = from; seq <= to; seq++) {
    const summary = {
      unit: null,
      started: null,
      ended: null,
      faults: 0,
      minimum: null,
      mean: null,
      maximum: null
    }
    const ranges = [{ series: 'p/hall/temperature', run, from: seq, to: seq, ...summary }]
    durable.write((store) =>
      store.sealed.put({ kind: 'pack', topic, dated: 1, bytes: randomBytes(16_000), ranges })
    )
  }
}

t.test('the log is moved into the file beside the event loop', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const durable = new DurableStore({ path, clock: systemClock, log: silentLog })
  write(durable, 0, 299)
  t.ok(statSync(`${path}-wal`).size > 4 * MIB)
  while (statSync(path).size < 2 * MIB) await setImmediate()
  write(durable, 300, 399)
  t.equal(durable.state, 'ok')
  durable.close()
  const again = new DurableStore({ path, clock: systemClock, log: silentLog })
  t.equal(
    again.read((store) => store.sealed.count(), 0),
    400
  )
  again.close()
})

t.test('where no thread moves it the log is bounded all the same', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const durable = new DurableStore({ path, clock: systemClock, log: silentLog })
  // No turn of the event loop, and so no word of the thread, comes in between.
  write(durable, 0, 1999)
  t.ok(statSync(`${path}-wal`).size < 28 * MIB, `${statSync(`${path}-wal`).size}`)
  durable.close()
})

t.test('a writer that goes on does not let the log grow', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const durable = new DurableStore({ path, clock: systemClock, log: silentLog })
  for (let round = 0; round < 40; round++) {
    write(durable, round * 100, round * 100 + 99)
    for (let turn = 0; turn < 20; turn++) await setImmediate()
  }
  t.ok(statSync(`${path}-wal`).size < 28 * MIB, `${statSync(`${path}-wal`).size}`)
  durable.close()
})

t.test('a file that is gone meanwhile is an error, and is not made', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  // The thread keeps no process alive.
  const alive = setInterval(() => undefined, 1000)
  await t.rejects(moveLog(path), { message: /unable to open/ })
  clearInterval(alive)
  t.notOk(existsSync(path))
})
