import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import { PEER_ID } from '../../names.ts'
import type { BookEntry } from '../../peer/book/book.ts'
import { checkEntry } from '../../peer/book/check-entry.ts'
import type { BookOrigin } from '../../peer/book/entry.ts'
import type { Target } from './directory.ts'

/** Changes of an entry by its name; what is left out stays as it is in the book. */
export interface BookEntryChange {
  readonly name: string
  readonly who?: string
  readonly purposes?: readonly string[]
  readonly addresses?: readonly string[]
  readonly relays?: readonly string[]
  /** Rights in place of those of the entry; empty takes all of them away. */
  readonly may?: readonly string[]
  readonly time?: boolean
  readonly note?: string
}

/**
 * The entry that a change makes of the one in the book. `addresses` replace those of the book; a multiaddr as
 * `who` is added to them.
 * @param targets whom `who` means
 * @throws NodeError 'bad-request', 'ambiguous', 'already-named', 'bad-name', 'bad-multiaddr'
 */
export function changedEntry(
  change: BookEntryChange,
  known: BookEntry | undefined,
  targets: readonly Target[]
): BookEntry {
  const [target, another] = targets
  if (another !== undefined)
    throw new NodeError('ambiguous', `"${change.who}" is a purpose of several`, {
      hint: 'name one by its PeerId'
    })
  const peer = target?.peer ?? known?.peer
  if (peer === undefined) {
    throw new NodeError('bad-request', `who is "${change.name}"?`, {
      hint: {
        command: `kith book add ${change.name} PEERID`,
        program: 'give its PeerId, a name that it claims, or its address'
      }
    })
  }
  if (known !== undefined && known.peer !== peer) throw taken(known, peer)
  const addresses = change.addresses ?? known?.addresses ?? []
  const may = change.may ?? known?.may ?? []
  const entry: BookEntry = {
    name: change.name,
    peer,
    purposes: change.purposes ?? known?.purposes ?? [],
    addresses: [...new Set([...addresses, ...(target?.addresses ?? [])])],
    ...defined({ relays: change.relays ?? known?.relays, may: may.length === 0 ? undefined : may }),
    time: change.time ?? known?.time ?? false,
    ...defined({
      added: known === undefined ? originOf(change.who) : known.added,
      note: change.note ?? known?.note
    })
  }
  checkEntry(entry)
  return entry
}

/** Whoever writes a PeerId has it from elsewhere; a name or a tail is that of a peer that was met. */
function originOf(who = ''): BookOrigin {
  return who.startsWith('/') || PEER_ID.test(who) ? 'typed' : 'met'
}

/** Trust and addresses of one key are not those of another: nothing is carried over. */
function taken({ name, peer }: BookEntry, other: string): NodeError {
  return new NodeError('already-named', `"${name}" is ${peer} in the book, not ${other}`, {
    hint: {
      command: `for another device under this name: kith book remove ${name}, then add it`,
      program: `for another device under this name: book.remove('${name}'), then add it`
    }
  })
}
