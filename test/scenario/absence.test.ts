import t, { type Test } from 'tap'
import { type House, type HouseNode, houseFor } from '../support/scenario/house.ts'

interface Two {
  readonly house: House
  readonly author: HouseNode
  readonly reader: HouseNode
  readonly series: string
}

interface Three extends Two {
  readonly keeper: HouseNode
}

/** An author with a home, and a subscriber that stores it. */
async function two(t: Test): Promise<Two> {
  const house = houseFor(t)
  const author = await house.start('author', { gauges: ['air'], home: true })
  const reader = await house.start('reader', { home: true, config: 'store: [{ claimed: author }]' })
  await house.link(reader, author)
  const series = author.series('air')
  await house.until(() => reader.history(series).length >= 2)
  return { house, author, reader, series }
}

/** A third node that stores the author as well. */
async function three(t: Test): Promise<Three> {
  const made = await two(t)
  const { house, author, reader, series } = made
  const keeper = await house.start('keeper', { home: true, config: 'store: [{ claimed: author }]' })
  await house.link(keeper, author)
  await house.link(reader, keeper)
  await house.until(() => keeper.history(series).length >= 2)
  return { ...made, keeper }
}

/** Every value that the gauge measured from the first held one on, each once and in its order. */
function checkComplete(t: Test, node: HouseNode, author: HouseNode, series: string): void {
  const values = node.values(series).map(Number)
  const first = values[0] ?? -1
  t.strictSame(
    values,
    Array.from({ length: values.length }, (_, i) => first + i),
    'each once and in order'
  )
  t.equal(new Set(node.positions(series)).size, values.length, 'at one position each')
  t.equal(values.at(-1), author.gauge('air').next - 1, 'up to the newest')
}

/** Whether a node holds the last value of the gauge. */
function hasNewest(node: HouseNode, author: HouseNode, series: string): boolean {
  return node.values(series).at(-1) === author.gauge('air').next - 1
}

function isComplete(node: HouseNode, author: HouseNode, series: string): boolean {
  const values = node.values(series).map(Number)
  const first = values[0] ?? -1
  return hasNewest(node, author, series) && values.length === author.gauge('air').next - first
}

t.test('the process of the subscriber was stopped', async (t) => {
  const { house, author, reader, series } = await two(t)
  await house.stop(reader)
  await house.pass(20_000)
  await house.run(reader)
  await house.link(reader, author)
  await house.until(() => isComplete(reader, author, series))
  checkComplete(t, reader, author, series)
})

t.test('the link was cut', async (t) => {
  const { house, author, reader, series } = await two(t)
  await house.cut(reader, author)
  await house.pass(20_000)
  await house.link(reader, author)
  await house.until(() => isComplete(reader, author, series))
  checkComplete(t, reader, author, series)
})

t.test('the author was restarted twice meanwhile', async (t) => {
  const { house, author, reader, series } = await two(t)
  await house.cut(reader, author)
  await house.pass(5_000)
  await house.restart(author)
  await house.pass(10_000)
  await house.restart(author)
  await house.pass(5_000)
  await house.link(reader, author)
  await house.until(() => isComplete(reader, author, series))
  checkComplete(t, reader, author, series)
  t.equal(new Set(reader.history(series).map(({ position }) => position.boot)).size, 3, 'of three runs')
})

t.test('the author is dead: a third node held its readings', async (t) => {
  const { house, author, reader, keeper, series } = await three(t)
  await house.stop(reader)
  await house.pass(5_000)
  await house.restart(author)
  await house.link(author, keeper)
  await house.pass(5_000)
  await house.until(() => isComplete(keeper, author, series))
  await house.stop(author)
  await house.run(reader)
  await house.link(reader, keeper)
  await house.until(() => isComplete(reader, author, series))
  checkComplete(t, reader, author, series)
})

t.test('everybody was away at some time', async (t) => {
  const { house, author, reader, keeper, series } = await three(t)
  await house.cut(reader, author)
  await house.cut(reader, keeper)
  await house.pass(5_000)
  await house.cut(keeper, author)
  await house.pass(5_000)
  await house.restart(author)
  await house.stop(reader)
  await house.pass(5_000)
  await house.link(keeper, author)
  await house.run(reader)
  await house.link(reader, keeper)
  await house.until(() => isComplete(keeper, author, series) && isComplete(reader, author, series))
  checkComplete(t, reader, author, series)
  checkComplete(t, keeper, author, series)
})

t.test('the author had measured and was restarted before it was heard first', async (t) => {
  const house = houseFor(t)
  const author = await house.start('author', { gauges: ['air'], home: true })
  const reader = await house.start('reader', { home: true, config: 'store: [{ claimed: author }]' })
  await house.pass(10_000)
  await house.restart(author)
  await house.pass(5_000)
  await house.link(reader, author)
  const series = author.series('air')
  await house.until(() => reader.history(series).length === author.gauge('air').next)
  t.equal(Number(reader.values(series)[0]), 0, 'from its first reading on')
  checkComplete(t, reader, author, series)
})
