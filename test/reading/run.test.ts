import t from 'tap'
import { newestPosition } from '../../src/reading/run.ts'

const at = (epoch: number, boot: string, seq: number) => ({ epoch, boot, seq })

t.test('the newest of positions in any order', async (t) => {
  const newest = at(6, 'b', 1)
  t.equal(newestPosition([at(5, 'c', 9), newest, at(6, 'a', 7), at(6, 'b', 0)]), newest)
  t.equal(newestPosition([newest, at(6, 'b', 0)]), newest)
  t.equal(newestPosition([]), undefined)
})
