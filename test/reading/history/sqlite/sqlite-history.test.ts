import { join } from 'node:path'
import t from 'tap'
import { historyConformance } from '../../../conformance/history.ts'
import { historyBench } from '../../../support/history.ts'
import { LossyClock } from '../../../support/lossy-clock.ts'

t.test('in memory', async (t) => {
  historyConformance(t, (t) => {
    const { history } = historyBench()
    t.teardown(() => history.close())
    return { history }
  })
})

t.test('in a file', async (t) => {
  let count = 0
  historyConformance(t, (t) => {
    const path = join(t.testdir(), `history-${count++}.sqlite`)
    let { history } = historyBench({ path })
    t.teardown(() => history.close())
    return {
      history,
      reopen: () => {
        history.close()
        history = historyBench({ path }).history
        return history
      }
    }
  })
})

t.test('only a history that is not flushed any more is stalled', async (t) => {
  const clock = new LossyClock()
  const { history } = historyBench({ clock })
  await clock.advance(3_600_000)
  t.equal(history.isStalled, false, 'also where there is nothing to write')
  clock.lost = true
  await clock.advance(170_000)
  t.equal(history.isStalled, false)
  await clock.advance(20_000)
  t.equal(history.isStalled, true)
  history.close()
})
