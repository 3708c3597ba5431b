import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createSealer } from '../../../../src/reading/signed/sealer.ts'
import { historyBench, keptLog, readingsOf, runOf, us } from '../../../support/history.ts'
import { allQuantities, testSigner } from '../../../support/readings.ts'

const ANCHOR = { mono: 0, unix: 1_767_225_600, quality: 0 } as const

t.test('tails that cannot be sealed are tried once a flush, and keep no other from a block', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const devices = Array.from({ length: 9 }, (_, i) => `dev${i}`)
  const before = historyBench({ path })
  before.history.beginRun(runOf(10), ANCHOR)
  for (const device of devices) before.history.appendOwn(readingsOf(us.peer, runOf(10), 0, 3, device))
  before.history.close()

  const log = keptLog()
  // As if this kith did not know what a former one has measured: the first six are tried first.
  const sealer = createSealer(testSigner(1), allQuantities)
  const refuses = (series: string): boolean => /dev[0-5]/.test(series)
  const { history, clock } = historyBench({
    path,
    log,
    sealer: {
      ...sealer,
      block: (topic, readings) => {
        if (refuses(readings[0]?.series ?? '')) throw new Error('not of a known quantity')
        return sealer.block(topic, readings)
      }
    }
  })
  history.beginRun(runOf(11), ANCHOR)
  const tries = (): number => log.lines.filter(({ message }) => message.includes('cannot be sealed')).length
  t.equal(tries(), 6, 'at the start of the run')
  for (let flush = 2; flush < 5; flush++) {
    await clock.advance(60_000)
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    t.equal(tries(), 6 * flush)
    t.equal(history.isStalled, false)
  }
  const kinds = devices.map((device) => {
    const { items } = history.items(`${us.peer}/${device}/temperature`, undefined, { items: 9, bytes: 1e6 })
    return items.map(({ kind }) => kind)
  })
  t.same(kinds.slice(6), [['block'], ['block'], ['block']])
  history.close()
})
