import { join } from 'node:path'
import t from 'tap'
import { historyConformance } from '../../../conformance/history.ts'
import { historyBench } from '../../../support/history.ts'

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
