import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { NodeError } from '../../../src/error.ts'
import { NeighboursWay } from '../../../src/node/peers/neighbours-way.ts'
import { AllReported } from '../../../src/peer/dialing/way.ts'

const signal = new AbortController().signal
const connection = {} as Connection

/** A way with these paths, of which those that begin with a name of `open` lead there. */
function bench(paths: readonly string[][], open: readonly string[] = [], asked: readonly string[] = []) {
  const seen = { tried: [] as string[], failed: [] as string[], lines: [] as string[] }
  const way = new NeighboursWay({
    async findPaths(_peer, _signal, onAsked) {
      for (const neighbour of asked) onAsked(neighbour)
      return paths
    },
    async openVia(path) {
      seen.tried.push(path.join(' '))
      if (open.includes(path[0] ?? '')) return connection
      throw new NodeError('via-refused', 'refused')
    },
    pathFailed: (path) => seen.failed.push(path.join(' ')),
    labelOf: (peer) => peer
  })
  return { seen, dial: () => way.dial('den', signal, (line) => seen.lines.push(line)) }
}

t.test('the first path that leads there', async (t) => {
  const { seen, dial } = bench([['hall'], ['attic', 'roof'], ['roof']], ['attic', 'roof'])
  t.equal(await dial(), connection)
  t.same(seen.tried, ['hall', 'attic roof'])
  t.same(seen.failed, ['hall'], 'who named it is asked last')
  t.same(seen.lines, ['through hall: refused'])
})

t.test('none leads there', async (t) => {
  const { seen, dial } = bench([['hall'], ['attic', 'roof']])
  await t.rejects(dial(), new AllReported())
  t.same(seen.lines, ['through hall: refused', 'through attic, roof: refused'])
})

t.test('nobody sees it; one that is connected meanwhile is no path', async (t) => {
  for (const paths of [[], [[]]]) {
    const asked = bench(paths, [], ['attic', 'greenhouse', 'den'])
    await t.rejects(asked.dial(), {
      message: 'none of 3 asked knows a path of 3 nodes or fewer (attic, greenhouse, den)'
    })
    await t.rejects(bench(paths).dial(), { message: 'none is connected that can be asked' })
  }
  const many = Array.from({ length: 24 }, (_, i) => `${i}`)
  const message = 'none of 24 asked knows a path of 3 nodes or fewer (0, 1, 2, 3, 4, 5, 6, 7, …)'
  await t.rejects(bench([], [], many).dial(), { message })
})
