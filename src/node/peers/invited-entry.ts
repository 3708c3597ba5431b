import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import type { AddressBook, BookEntry } from '../../peer/book/book.ts'
import { MAX_RELAYS } from '../../peer/book/entry.ts'
import type { Invite } from '../../peer/book/invite.ts'
import type { BookEntryChange } from './book-entry.ts'

/** A change whose `who` is an invite: the name may be that of the invite. */
export type InvitedChange = Omit<BookEntryChange, 'name' | 'who'> & { readonly name?: string }

/**
 * The entry that an invite makes. It brings a PeerId, and proposes a name and addresses; purposes, rights and
 * trust in the clock are the person's alone. Of a peer that is in the book the name stays, and addresses are added.
 * @param grants whether kith.yaml grants something to a name: then the person has to give it
 * @throws NodeError 'bad-request', 'already-named'
 */
export function invitedEntry(
  change: InvitedChange,
  invite: Invite,
  {
    book,
    self,
    grants = () => false
  }: {
    readonly book: Pick<AddressBook, 'get' | 'ofPeer'>
    readonly self: string
    readonly grants?: (name: string) => boolean
  }
): BookEntry {
  if (invite.peer === self) throw new NodeError('bad-request', 'this is the invite of this node itself')
  const known = book.ofPeer(invite.peer)
  const name = change.name ?? known?.name ?? invite.name
  if (name === undefined)
    throw new NodeError('bad-request', 'the invite has no name', {
      hint: { command: 'kith book add NAME kith:1/…', program: 'give the entry a name' }
    })
  if (change.name === undefined && known === undefined && grants(name))
    throw new NodeError(
      'bad-request',
      `the invite proposes the name "${name}", to which the configuration grants rights`,
      {
        hint: {
          command: `give it yourself: kith book add ${name} kith:1/…, or another name without those rights`,
          program: 'give the entry that name yourself, or another one without those rights'
        }
      }
    )
  const other = book.get(name)
  if (other !== undefined && other.peer !== invite.peer) throw namesake(other, invite.peer)
  const relays = [...new Set([...invite.relays, ...(change.relays ?? known?.relays ?? [])])]
  const may = change.may ?? known?.may ?? []
  return {
    name,
    peer: invite.peer,
    purposes: change.purposes ?? known?.purposes ?? [],
    addresses: [...new Set([...(change.addresses ?? known?.addresses ?? []), ...invite.addresses])],
    ...defined({
      relays: relays.length === 0 ? undefined : relays.slice(0, MAX_RELAYS),
      may: may.length === 0 ? undefined : may
    }),
    time: change.time ?? known?.time ?? false,
    ...defined({
      added: known === undefined ? 'scanned' : known.added,
      note: change.note ?? known?.note
    })
  }
}

function namesake({ name, peer }: BookEntry, other: string): NodeError {
  return new NodeError(
    'already-named',
    `"${name}" is ${peer} in the book; the invite is of another peer, ${other}`,
    {
      hint: {
        command:
          'ask its owner whether it is who it says; give it a name of its own: kith book add NAME kith:1/…',
        program: 'ask its owner whether it is who it says; give it a name of its own'
      }
    }
  )
}
