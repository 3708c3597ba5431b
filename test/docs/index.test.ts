import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

const docs = new URL('../../docs/', import.meta.url)

t.test('the index has each page once', async (t) => {
  const index = readFileSync(new URL('README.md', docs), 'utf8')
  const listed = [...index.matchAll(/^- \[(\S+?)\]\(\1\): /gm)].map(([, page = '']) => page)
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md') && name !== 'README.md')
  t.same(listed.toSorted(), pages.toSorted())
})
