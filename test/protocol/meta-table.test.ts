import t from 'tap'
import { MetaTable, type SealedMeta } from '../../src/protocol/meta-table.ts'

function metaOf(author: string, epoch: number, revision: number, name = ''): SealedMeta {
  const run = { epoch, boot: '0011223344556677' }
  const meta = { ...run, revision, name, purposes: [], version: '1', mono: 0, series: [], runs: [] }
  return { author, bytes: new Uint8Array(), meta }
}

t.test('a later run, or a later revision of the same run, takes the place', async (t) => {
  const changes: string[] = []
  const table = new MetaTable({ authors: 8, onChange: ({ meta }) => changes.push(meta.name) })
  t.equal(table.put(metaOf('a', 5, 2, 'first')), true)
  t.equal(table.put(metaOf('a', 5, 2, 'again')), false)
  t.equal(table.put(metaOf('a', 5, 1, 'older')), false)
  t.equal(table.put(metaOf('a', 5, 3, 'changed')), true)
  t.equal(table.put(metaOf('a', 6, 0, 'restarted')), true)
  t.equal(table.put(metaOf('a', 5, 9, 'of the old run')), false)
  t.same(changes, ['first', 'changed', 'restarted'])
  t.equal(table.get('a')?.meta.name, 'restarted')
  t.equal(table.get('b'), undefined)
})

t.test('as many authors as it may, the one heard of longest ago is forgotten', async (t) => {
  const table = new MetaTable({ authors: 2 })
  table.put(metaOf('a', 1, 0))
  table.put(metaOf('b', 1, 0))
  table.put(metaOf('a', 1, 1))
  table.put(metaOf('c', 1, 0))
  t.same(
    table.all().map(({ author }) => author),
    ['a', 'c']
  )
})
