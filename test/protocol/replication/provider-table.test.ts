import t from 'tap'
import { ProviderTable } from '../../../src/protocol/replication/provider-table.ts'

t.test('the one that answered last is asked first', async (t) => {
  const table = new ProviderTable({ authors: 2, perAuthor: 2 })
  for (const peer of ['x', 'y', 'x', 'author']) table.note('author', peer)
  t.same(table.of('author'), ['x', 'y'], 'the author is no provider')
  table.note('author', 'z')
  t.same(table.of('author'), ['z', 'x'])
  table.forget('author', 'z')
  table.forget('nobody', 'z')
  t.same(table.of('author'), ['x'])
})

t.test('no more authors than it may know', async (t) => {
  const table = new ProviderTable({ authors: 2, perAuthor: 2 })
  for (const author of ['a', 'b', 'a', 'c']) table.note(author, 'x')
  t.same([table.of('a'), table.of('b'), table.of('c')], [['x'], [], ['x']])
})
