import { NodeError } from '../../error.ts'
import { NAME } from '../../names.ts'
import type { AddressBook, BookEntry } from '../../peer/book/book.ts'
import { checkEntry } from '../../peer/book/check-entry.ts'

/** A peer that proved a code, or has proved one to us. */
export interface Paired {
  readonly peer: string
  /** The name that a person gave it. */
  readonly name?: string | undefined
  /** Names that it may have, the best first: claims, which give nothing. */
  readonly proposed: readonly (string | undefined)[]
  /** Added to the addresses of the book. */
  readonly addresses?: readonly string[]
  /** What it may do here, added to what it may already. */
  readonly may: readonly string[]
}

type Names = Pick<AddressBook, 'get' | 'ofPeer'>

/**
 * The entry of a paired peer; of one that is in the book the name stays. A name that it claims is taken only where
 * nothing is granted to that name: claiming one gives no rights.
 * @param isMeant whether the configuration says something of a name
 * @throws NodeError 'already-named', 'bad-name', 'bad-multiaddr'
 */
export function pairedEntry(paired: Paired, book: Names, isMeant: (name: string) => boolean): BookEntry {
  const { peer, addresses = [] } = paired
  const known = book.ofPeer(peer)
  const may = [...new Set([...(known?.may ?? []), ...paired.may])]
  const entry: BookEntry = {
    ...(known ?? { peer, purposes: [], time: false, added: 'paired' }),
    name: nameOf(paired, book, isMeant),
    addresses: [...new Set([...(known?.addresses ?? []), ...addresses])],
    ...(may.length === 0 ? {} : { may })
  }
  checkEntry(entry)
  return entry
}

function nameOf({ peer, name, proposed }: Paired, book: Names, isMeant: (name: string) => boolean): string {
  const known = book.ofPeer(peer)?.name
  if (name === undefined) return known ?? freeName(peer, proposed, book, isMeant)
  const other = book.get(name)
  if (other !== undefined && other.peer !== peer)
    throw new NodeError('already-named', `"${name}" is ${other.peer} in the book`, {
      hint: { command: 'give it another name with --name', program: 'give it another name' }
    })
  if (known !== undefined && known !== name)
    throw new NodeError('already-named', `${peer} is in the book as "${known}"`, {
      hint: { command: `kith book rename ${known} ${name}`, program: `book.rename('${known}', '${name}')` }
    })
  return name
}

function freeName(
  peer: string,
  proposed: readonly (string | undefined)[],
  book: Names,
  isMeant: (name: string) => boolean
): string {
  const isFree = (name: string): boolean => NAME.test(name) && book.get(name) === undefined && !isMeant(name)
  const names = [...proposed, `peer-${peer.slice(-8).toLowerCase()}`].filter((name) => name !== undefined)
  for (const name of names) {
    const numbered = Array.from({ length: 9 }, (_, at) => `${name.slice(0, 30)}-${at + 2}`)
    const free = [name, ...numbered].find(isFree)
    if (free !== undefined) return free
  }
  throw new NodeError('already-named', `the book has every name that ${peer} could have`, {
    hint: { command: 'give it one with --name', program: 'give it one' }
  })
}
