import t from 'tap'
import type { SeriesView } from '../../src/node/api/operations.ts'
import { houseFor } from '../support/scenario/house.ts'

t.test('a reading is gossiped over a neighbour to a third node, and verified on each', async (t) => {
  const house = houseFor(t)
  const author = await house.start('author', { gauges: ['air'] })
  const middle = await house.start('middle')
  const far = await house.start('far')
  await house.link(author, middle)
  await house.link(middle, far)
  const series = author.series('air')
  await house.until(() => far.received.length >= 3)
  for (const node of [middle, far]) {
    const heard = node.received.filter((reading) => reading.series === series)
    const values = heard.map(({ value }) => value)
    t.strictSame(values.toSorted(), values, `${node.name} hears them in order`)
    t.equal(new Set(values).size, values.length, `${node.name} counts each once`)
    t.ok(node.count('gossip.accept') > 0)
  }
  t.notOk(far.isConnectedTo(author), 'only the neighbour is a link to the author')
})

t.test('a newcomer has the latest value at once, not with the next reading', async (t) => {
  const house = houseFor(t)
  const author = await house.start('author', { gauges: ['air'] })
  await house.until(() => author.received.length >= 2)
  const newcomer = await house.start('newcomer')
  const end = new AbortController()
  const views = newcomer.operations.watch({ who: [] }, end.signal)[Symbol.asyncIterator]()
  const first = views.next()
  author.gauge('air').failure = new Error('from now on there is nothing new')
  await house.link(newcomer, author)
  const { value } = (await house.while(first)) as { value: SeriesView }
  t.match(value, { peer: author.peer, who: 'author', series: 'air/temperature', signed: true })
  t.equal(value.door, 'read')
  end.abort()
  await house.while(views.next())
})
