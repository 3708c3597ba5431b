import { readFileSync } from 'node:fs'
import t from 'tap'
import { readBookText } from '../../src/peer/book/book-text.ts'
import { lastGoodLimits } from '../../src/peer/book/limits.ts'

const text = readFileSync(new URL('../../docs/address-book.md', import.meta.url), 'utf8')

t.test('the book of docs/address-book.md is read', async (t) => {
  const [, yaml = ''] = /```yaml book\n([\s\S]*?)```/.exec(text) ?? []
  t.match(await readBookText(yaml, 'book.yaml', 'strict'), [
    { name: 'hall', purposes: ['temperature', 'climate'], time: true, added: 'scanned', note: 'by the door' },
    { name: 'attic', addresses: [], time: false }
  ])
})

t.test('the error shown is the one that is written', async (t) => {
  const peer = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
  const book = `${'#\n'.repeat(10)}- name: attic\n  peer: ${peer}\n  adresses: []\n`
  try {
    await readBookText(book, '…/book.yaml', 'strict')
    t.fail('it is refused')
  } catch (error) {
    const { message, hint } = error as { message: string; hint: string }
    t.ok(text.replace(/\s+/g, ' ').includes(`${message}. hint: ${hint}`), message)
  }
})

t.test('the bounds are those of the limits', async (t) => {
  const { addresses, peers, write } = lastGoodLimits.entries
  t.same([addresses.initial, peers.initial, write.initial], [4, 1024, '10min'])
  t.match(text, /at most 4 of one peer and 1,024 peers .*, written at most every 10 minutes/)
})
