import { PEER_ID } from '../../names.ts'
import type { AddressBook } from '../../peer/book/book.ts'

/** Whom a rule means: a PeerId, or a name of the book as it is now. Claimed names are nobody's. */
export function peerOfRule(who: string, book: Pick<AddressBook, 'get'>): string | undefined {
  return PEER_ID.test(who) ? who : book.get(who)?.peer
}
