import t from 'tap'
import { DenyList } from '../../../src/node/peers/deny-list.ts'
import { AddressBook, type BookEntry } from '../../../src/peer/book/book.ts'

const HALL = '12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES'
const ATTIC = '12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56'
const SHED = '12D3KooWGyFN1w9WZ4XrWpH67LX3n1jyw5huNbzxuV7wfjuZ8Pei'

function entry(name: string, peer: string, purposes: readonly string[] = []): BookEntry {
  return { name, peer, purposes, addresses: [], time: false }
}

t.test('names and purposes are those of the book as it is, other words as at start', async (t) => {
  const book = new AddressBook([entry('hall', HALL)], { capacity: 8 })
  const asked: string[] = []
  const list = new DenyList(['hall', 'guest', SHED], book, (word) => {
    asked.push(word)
    return [word]
  })
  const denied = (): boolean[] => [HALL, ATTIC, SHED].map((peer) => list.denies(peer))
  t.same(denied(), [true, false, true])
  await book.put(entry('attic', ATTIC, ['guest']))
  t.same(denied(), [true, true, true])
  await book.rename('hall', 'den')
  t.same(denied(), [false, true, true])
  await book.rename('den', 'guest')
  t.same(denied(), [true, false, true], 'a name goes before a purpose')
  t.same(asked, [SHED])
})
