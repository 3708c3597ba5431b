import type { Connection } from '@libp2p/interface'
import t from 'tap'
import { abortable } from '../../../src/clock.ts'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { NeighboursWay } from '../../../src/node/peers/neighbours-way.ts'
import { AllReported } from '../../../src/peer/dialing/way.ts'
import { STATUS_DEADLINE } from '../../../src/protocol/via/constants.ts'

const signal = new AbortController().signal
const connection = {} as Connection

/** A way with these paths, of which those that begin with a name of `open` lead there. */
function bench(paths: readonly string[][], open: readonly string[] = [], asked: readonly string[] = []) {
  const seen = { tried: [] as string[], failed: [] as string[], lines: [] as string[] }
  const way = new NeighboursWay({
    clock: new VirtualClock(),
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

t.test(
  'a path without an answer has failed where a search was given up that a hop had time to answer',
  async (t) => {
    for (const [wait, expected] of [
      [STATUS_DEADLINE - 1, []],
      [STATUS_DEADLINE, ['attic roof']]
    ] as const) {
      const clock = new VirtualClock()
      const failed: string[] = []
      const way = new NeighboursWay({
        clock,
        findPaths: async () => [['attic', 'roof'], ['hall']],
        openVia: (_path, _peer, limited) => abortable(new Promise<never>(() => {}), limited),
        pathFailed: (path) => failed.push(path.join(' ')),
        labelOf: (peer) => peer
      })
      const search = new AbortController()
      const dial = way.dial('den', search.signal, () => t.fail('nothing is said of what was given up'))
      await clock.advance(wait)
      search.abort(new Error('the search is over'))
      await t.rejects(dial, { message: 'the search is over' })
      t.same(failed, expected)
    }
  }
)
