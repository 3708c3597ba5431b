import { NodeError } from '../../error.ts'
import type { Grant } from '../../peer/access/grant.ts'
import type { AddressBook, BookEntry } from '../../peer/book/book.ts'
import { isInvite, readInvite } from '../../peer/book/invite.ts'
import { invitedEntry } from '../peers/invited-entry.ts'

/** The name of an owner that is not in the book under another. */
export const OWNER = 'owner'
const OTHERS = 'write what `kith id` prints on the machine of the owner'

/** What became of the book. */
export interface PutOwner {
  /** The name that the owner has there. */
  readonly name: string
  /** The PeerId of an owner of before that was removed. */
  readonly removed: string | undefined
}

/**
 * Puts the owner that the configuration names into the book; an owner of before who is in it under that name is
 * removed. Nothing is written where it is there. Its rights are not written: they end with the line, see ownerGrant().
 * @param who a PeerId or an invite
 * @throws NodeError 'bad-config', 'bad-invite', 'bad-book', 'already-named'
 */
export async function putOwner(book: AddressBook, who: string, self: string): Promise<PutOwner> {
  let done: PutOwner = { name: OWNER, removed: undefined }
  await book.change(() => {
    const entry = ownerEntry(who, book, self)
    const former = book.get(OWNER)
    const isOther = entry.name === OWNER && former !== undefined && former.peer !== entry.peer
    done = { name: entry.name, removed: isOther ? former.peer : undefined }
    return { put: book.ofPeer(entry.peer) === undefined ? [entry] : [], remove: isOther ? [OWNER] : [] }
  })
  return done
}

/** All rights for whom `owner` names; nothing where it cannot be read. @param who a PeerId or an invite */
export function ownerGrant(who: string): Grant[] {
  try {
    return [{ who: isInvite(who) ? readInvite(who).peer : who, may: ['own'], by: 'owner' }]
  } catch {
    return []
  }
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
