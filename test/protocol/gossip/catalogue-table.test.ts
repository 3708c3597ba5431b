import t from 'tap'
import { CatalogueTable, type SealedCatalogue } from '../../../src/protocol/gossip/catalogue-table.ts'
import { REPEAT_AFTER } from '../../../src/protocol/gossip/constants.ts'
import type { Catalogue, CatalogueSeries } from '../../../src/reading/signed/catalogue.ts'

function metaOf(
  author: string,
  epoch: number,
  revision: number,
  name = '',
  changes?: Partial<Catalogue>
): SealedCatalogue {
  const run = { epoch, boot: '0011223344556677' }
  const meta = {
    ...run,
    revision,
    name,
    purposes: [],
    version: '1',
    mono: 0,
    series: [],
    runs: [],
    ...changes
  }
  return { author, bytes: new Uint8Array(100), catalogue: meta }
}

const common = { protocols: ['/sensor/temp/v1'], unit: 'Cel', interval: 1, state: 'ok' }
const air: CatalogueSeries = { ...common, name: 'a/air/temperature' }
const bedroom: CatalogueSeries = { ...common, name: 'a/bedroom/temperature', private: true }

t.test('a later run, or a later revision of the same run, takes the place', async (t) => {
  const changes: string[] = []
  const table = new CatalogueTable({
    bytes: 2 ** 20,
    authors: 8,
    onChange: ({ catalogue }) => changes.push(catalogue.name)
  })
  t.equal(table.put(metaOf('a', 5, 2, 'first')), true)
  t.equal(table.put(metaOf('a', 5, 2, 'again')), false)
  t.equal(table.put(metaOf('a', 5, 1, 'older')), false)
  t.equal(table.put(metaOf('a', 5, 3, 'changed')), true)
  t.equal(table.put(metaOf('a', 6, 0, 'restarted')), true)
  t.equal(table.put(metaOf('a', 5, 9, 'of the old run')), false)
  t.same(changes, ['first', 'changed', 'restarted'])
  t.equal(table.get('a')?.catalogue.name, 'restarted')
  t.equal(table.get('b'), undefined)
})

t.test('as many bytes as it may: the oldest of the source that sent most is removed', async (t) => {
  const table = new CatalogueTable({ bytes: 1000, authors: 100 })
  const authors = (): string[] => table.all().map(({ author }) => author)
  for (const author of ['a', 'b', 'c']) t.equal(table.put(metaOf(author, 1, 0), 'relay'), true)
  for (let i = 0; i < 1000; i++) table.put(metaOf(`x${i}`, 1, 0), 'stranger')
  t.strictSame(authors(), ['a', 'b', 'c', ...Array.from({ length: 7 }, (_, i) => `x${993 + i}`)])
  const large = metaOf('y', 1, 0)
  table.put({ ...large, bytes: new Uint8Array(950) }, 'another')
  t.notOk(authors().includes('y'), 'one that takes the place of most others is the first to go')
})

t.test('connected peers, the book and the stored are not removed for strangers', async (t) => {
  const friends = new Set(['a', 'b'])
  const changes: string[] = []
  const table = new CatalogueTable({
    bytes: 250,
    authors: 3,
    isProtected: (author) => friends.has(author),
    onChange: ({ author }) => changes.push(author)
  })
  // The neighbour that sends the strangers' sent the friends' as well.
  table.put(metaOf('a', 1, 0), 'neighbour')
  table.put(metaOf('b', 1, 0), 'neighbour')
  for (let i = 0; i < 1500; i++) t.equal(table.put(metaOf(`x${i}`, 1, 0), 'neighbour'), false)
  t.strictSame(
    table.all().map(({ author }) => author),
    ['a', 'b']
  )
  t.strictSame(changes, ['a', 'b'], 'what finds no room is not announced')
  t.equal(table.put(metaOf('a', 1, 1), 'neighbour'), true, 'they are renewed')
  friends.add('c').add('d')
  t.equal(table.put(metaOf('c', 1, 0)), true, 'beyond the bytes')
  t.equal(table.put(metaOf('d', 1, 0)), true)
  t.strictSame(
    table.all().map(({ author }) => author),
    ['a', 'c', 'd'],
    'but not beyond the number'
  )
})

t.test('beyond the number of authors, the one heard of longest ago is removed', async (t) => {
  const table = new CatalogueTable({ bytes: 2 ** 20, authors: 2 })
  table.put(metaOf('a', 1, 0))
  table.put(metaOf('b', 1, 0))
  table.put(metaOf('a', 1, 1))
  table.put(metaOf('c', 1, 0))
  t.same(
    table.all().map(({ author }) => author),
    ['a', 'c']
  )
})

t.test(
  'a revision that is only repeated is taken again every five minutes of its run, and announces nothing new',
  async (t) => {
    const changes: string[] = []
    const table = new CatalogueTable({
      bytes: 2 ** 20,
      authors: 8,
      onChange: ({ catalogue }) => changes.push(catalogue.name)
    })
    const at = (mono: number, more?: Partial<Catalogue>): boolean =>
      table.put(metaOf('a', 5, 2, `${mono}`, { mono, ...more }))
    t.equal(at(0), true)
    t.equal(at(REPEAT_AFTER - 1), false)
    t.equal(at(REPEAT_AFTER), true)
    t.equal(at(2 * REPEAT_AFTER - 1), false, 'counted from the one taken last')
    t.equal(
      at(9 * REPEAT_AFTER, { boot: 'ffffffffffffffff' }),
      false,
      'another run of that epoch is another node'
    )
    t.same(changes, ['0'])
    t.equal(table.get('a')?.catalogue.mono, REPEAT_AFTER)
  }
)

t.test('a restricted catalogue is kept apart and not passed on', async (t) => {
  const table = new CatalogueTable({ bytes: 2 ** 20, authors: 8 })
  const open = metaOf('a', 5, 2, 'hall', { series: [air] })
  const restricted = metaOf('a', 5, 2, 'hall', { series: [air, bedroom] })
  t.equal(table.put(restricted), true)
  t.equal(table.get('a'), undefined, 'nobody else may have it')
  t.equal(table.isNewer(open), true, 'what is for everybody is relayed all the same')
  t.equal(table.put(open), true)
  t.equal(table.get('a'), open)
  t.equal(table.mostComplete('a'), restricted)
  t.same(table.all(), [restricted])
  t.equal(table.isPrivate('a', bedroom.name), true)
  t.equal(table.isPrivate('a', air.name), false)
  t.equal(table.isPrivate('b', bedroom.name), false)
  const restarted = metaOf('a', 6, 0, 'hall', { series: [air] })
  table.put(restarted)
  t.equal(table.mostComplete('a'), restarted, 'it describes itself anew')
  t.equal(table.isPrivate('a', bedroom.name), true, 'its old readings are as private as before')
})
