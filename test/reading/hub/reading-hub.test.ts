import { join } from 'node:path'
import t from 'tap'
import { hubConformance } from '../../conformance/reading-hub.ts'
import { historyBench } from '../../support/history.ts'

t.test('over a history in memory', async (t) => {
  hubConformance(t, (t) => {
    const bench = historyBench()
    t.teardown(() => bench.history.close())
    return bench
  })
})

t.test('over a history in a file', async (t) => {
  let count = 0
  hubConformance(t, (t) => {
    const bench = historyBench({ path: join(t.testdir(), `${count++}.sqlite`) })
    t.teardown(() => bench.history.close())
    return bench
  })
})
