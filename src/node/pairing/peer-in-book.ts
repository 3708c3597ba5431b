import { NodeError } from '../../error.ts'
import type { AddressBook } from '../../peer/book/book.ts'

/** Shorter tails are too likely to be a mistyped name. */
const SHORTEST_TAIL = 4

/**
 * The peer of the book by its name there, its PeerId or the tail of that, also as it is shown (`anna…m3Rr9c`). What peers
 * claim of themselves means nobody: whoever calls itself like another would be removed in its place.
 * @throws NodeError 'nobody-found', 'ambiguous'
 */
export function peerInBook(who: string, book: Pick<AddressBook, 'get' | 'entries'>): string {
  const named = book.get(who)
  if (named !== undefined) return named.peer
  const tail = who.split(/[…~]/).at(-1) ?? ''
  const ending = tail.length < SHORTEST_TAIL ? [] : book.entries().filter(({ peer }) => peer.endsWith(tail))
  const [peer, ...more] = new Set(ending.map((entry) => entry.peer))
  if (peer === undefined)
    throw new NodeError('nobody-found', `"${who}" is not in the book`, {
      hint: { command: 'kith book lists it', program: 'book.list() has all entries' }
    })
  if (more.length > 0)
    throw new NodeError('ambiguous', `"${who}" may mean ${ending.map(({ name }) => name).join(' or ')}`, {
      hint: 'write its name in the book, or more of the PeerId'
    })
  return peer
}
