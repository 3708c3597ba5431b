import t from 'tap'
import { LANES, Net } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'

t.test('each scenario says what it is about, and all of them fit into ten minutes', async (t) => {
  const all = Object.values(scenarios)
  t.equal(new Set(all.map(({ name }) => name)).size, all.length)
  const seconds = (isHeavy: boolean): number =>
    all.filter((one) => (one.isHeavy === true) === isHeavy).reduce((sum, { deadline }) => sum + deadline, 0)
  t.ok(seconds(false) / LANES + seconds(true) <= 600)
})

t.test('what does not come true is a failure; what was made ends, the last first', async (t) => {
  const net = new Net()
  const ended: string[] = []
  for (const name of ['first', 'second']) net.use({ end: () => ended.push(name) })
  net.check('true', true)
  await net.within(0, 'never', async () => false)
  await net.within(0, 'throws', () => Promise.reject(new Error('not yet')))
  await net.within(1, 'at once', async () => true)
  net.end()
  t.strictSame(
    net.results.map(({ passed }) => passed),
    [true, false, false, true]
  )
  t.strictSame(ended, ['second', 'first'])
})
