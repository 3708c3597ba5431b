import { NodeError } from '../../error.ts'
import type { AddressBook, BookEntry } from '../../peer/book/book.ts'
import { isInvite, readInvite } from '../../peer/book/invite.ts'
import { invitedEntry } from '../peers/invited-entry.ts'

/** The name of an owner that is not in the book under another. */
const OWNER = 'owner'
/** What the owner may do. */
const OWN = 'own'
const OTHERS = 'write what `kith id` prints on the machine of the owner'

/**
 * Puts the owner that the configuration names into the book, with all rights; an owner of before who is in it under
 * that name is removed. Nothing is written where it is there.
 * @param who a PeerId or an invite
 * @returns the name that it has there
 * @throws NodeError 'bad-config', 'bad-invite', 'bad-book', 'already-named'
 */
export async function putOwner(book: AddressBook, who: string, self: string): Promise<string> {
  let name = OWNER
  await book.change(() => {
    const entry = ownerEntry(who, book, self)
    name = entry.name
    const former = book.get(OWNER)
    const isOther = entry.name === OWNER && former !== undefined && former.peer !== entry.peer
    const isThere = book.ofPeer(entry.peer)?.may?.includes(OWN) === true
    return { put: isThere ? [] : [withOwn(entry)], remove: isOther ? [OWNER] : [] }
  })
  return name
}

function withOwn(entry: BookEntry): BookEntry {
  return { ...entry, may: [...new Set([...(entry.may ?? []), OWN])] }
}

/** A peer that is in the book keeps its name. */
function ownerEntry(who: string, book: AddressBook, self: string): BookEntry {
  if (who === self)
    throw new NodeError('bad-config', 'owner is the PeerId of this device itself', { hint: OTHERS })
  if (!isInvite(who)) {
    const known = book.ofPeer(who)
    return known ?? { name: OWNER, peer: who, purposes: [], addresses: [], time: false, added: 'typed' }
  }
  const invite = readInvite(who)
  const name = book.ofPeer(invite.peer)?.name ?? OWNER
  const others = { get: (other: string) => (other === OWNER ? undefined : book.get(other)) }
  return invitedEntry({ name }, invite, { book: { ...others, ofPeer: (peer) => book.ofPeer(peer) }, self })
}
