import { multiaddr } from '@multiformats/multiaddr'
import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import { NAME } from '../../names.ts'
import type { BookEntry } from '../../peer/book/book.ts'
import type { Target } from './directory.ts'

/** Changes of an entry by its name; what is left out stays as it is in the book. */
export interface BookEntryChange {
  readonly name: string
  readonly who?: string
  readonly purposes?: readonly string[]
  readonly addresses?: readonly string[]
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
      hint: `kith book add ${change.name} PEERID`
    })
  }
  if (known !== undefined && known.peer !== peer) throw taken(known, peer)
  const addresses = change.addresses ?? known?.addresses ?? []
  const entry: BookEntry = {
    name: change.name,
    peer,
    purposes: change.purposes ?? known?.purposes ?? [],
    addresses: [...new Set([...addresses, ...(target?.addresses ?? [])])],
    time: change.time ?? known?.time ?? false,
    ...defined({ note: change.note ?? known?.note })
  }
  check(entry)
  return entry
}

/** Trust and addresses of one key are not those of another: nothing is carried over. */
function taken({ name, peer }: BookEntry, other: string): NodeError {
  return new NodeError('already-named', `"${name}" is ${peer} in the book, not ${other}`, {
    hint: `for another device under this name: kith book remove ${name}, then add it`
  })
}

/** Refuses purposes and addresses that could not be used, before they are in the file. */
function check({ peer, purposes, addresses }: BookEntry): void {
  const purpose = purposes.find((word) => !NAME.test(word))
  if (purpose !== undefined)
    throw new NodeError('bad-name', `"${purpose}" cannot be a purpose`, {
      hint: 'use lower-case letters, digits and "-", at most 32; commas between several'
    })
  for (const address of addresses) checkAddress(address, peer)
}

function checkAddress(address: string, peer: string): void {
  const components = componentsOf(address)
  if (components.length === 0)
    throw new NodeError('bad-multiaddr', `"${address}" is no multiaddr`, {
      hint: 'write it as /ip4/192.168.1.20/tcp/4001'
    })
  const named = components.findLast(({ name }) => name === 'p2p')?.value
  const isOfAnother = named !== undefined && named !== peer && components.at(-1)?.name === 'p2p'
  if (isOfAnother)
    throw new NodeError('bad-multiaddr', `${address} is the address of another peer`, {
      hint: `it must end in /p2p/${peer}, or name no peer`
    })
}

function componentsOf(text: string): { readonly name: string; readonly value?: string | undefined }[] {
  try {
    return multiaddr(text).getComponents()
  } catch {
    return []
  }
}
