import { defined } from '../../defined.ts'
import { RESERVED_WHO } from '../../peer/access-words.ts'
import type { AddressBook, BookEntry } from '../../peer/book/book.ts'
import { checkEntry } from '../../peer/book/check-entry.ts'
import { MAX_RELAYS } from '../../peer/book/entry.ts'

/** What an import did, by names of the book. */
export interface ImportReport {
  added: string[]
  changed: string[]
  /** Entries that were there as they are. */
  same: number
  /** What of the file was not taken: each with the name that the file gives. */
  conflicts: { name: string; text: string }[]
}

export interface MergedBook {
  readonly put: readonly BookEntry[]
  readonly remove: readonly string[]
  readonly report: ImportReport
}

/**
 * Merges entries into a book. A peer that is new is added under the name of the file. Of one that is known, purposes,
 * addresses and relays are united, a missing note is taken, and its name, its note, its rights and the trust in its
 * clock stay as they are in the book. Nothing gives rights: neither those of the file, nor a name or purpose to which
 * kith.yaml grants some. What is not taken is reported, and so is an entry whose name another peer has.
 * @param grants whether kith.yaml grants something to a name or purpose
 * @throws NodeError of checkEntry(): nothing is imported
 */
export function mergeIntoBook(
  entries: readonly BookEntry[],
  book: Pick<AddressBook, 'get' | 'ofPeer' | 'room'>,
  self: string,
  grants: (word: string) => boolean = () => false
): MergedBook {
  const put = new Map<string, BookEntry>()
  const report: ImportReport = { added: [], changed: [], same: 0, conflicts: [] }
  for (const given of entries) {
    checkEntry(given)
    const conflict = (text: string): number => report.conflicts.push({ name: given.name, text })
    const entry = withoutRights(given, book.ofPeer(given.peer), grants, conflict)
    const known = book.ofPeer(entry.peer)
    if (entry.peer === self) conflict('is this node itself: not imported')
    else if (known !== undefined) {
      const merged = mergedEntry(put.get(known.name) ?? known, entry, conflict)
      if (merged === undefined) report.same++
      else {
        put.set(merged.name, merged)
        report.changed.push(merged.name)
      }
    } else {
      const why = refused(
        entry,
        put.get(entry.name) ?? book.get(entry.name),
        book.room() - report.added.length,
        grants
      )
      if (why !== undefined) conflict(why)
      else {
        put.set(entry.name, entry)
        report.added.push(entry.name)
      }
    }
  }
  return { put: [...put.values()], remove: [], report }
}

/** The entry without what would give rights here. */
function withoutRights(
  { may, ...entry }: BookEntry,
  known: BookEntry | undefined,
  grants: (word: string) => boolean,
  conflict: (text: string) => void
): BookEntry {
  if (may?.some((right) => known?.may?.includes(right) !== true))
    conflict(`its rights in the file (${may.join(', ')}) are not taken; kith book add … --may gives them`)
  const isNew = (word: string): boolean => known?.purposes.includes(word) !== true
  const refused = entry.purposes.filter((word) => isNew(word) && grants(word))
  for (const word of refused)
    conflict(
      `kith.yaml grants rights to the purpose "${word}": not taken; kith book add … --purpose gives it`
    )
  return { ...entry, purposes: entry.purposes.filter((word) => !refused.includes(word)) }
}

function refused(
  entry: BookEntry,
  namesake: BookEntry | undefined,
  room: number,
  grants: (word: string) => boolean
): string | undefined {
  if (RESERVED_WHO.includes(entry.name))
    return `the name has a meaning of its own in access: not imported; kith book add NAME ${entry.peer} does it`
  if (namesake === undefined && grants(entry.name))
    return `kith.yaml grants rights to this name: not imported; kith book add ${entry.name} ${entry.peer} does it`

  if (namesake !== undefined)
    return `is ${namesake.peer} in the book, ${entry.peer} in the file: not imported`
  return room <= 0 ? 'the book is full (limits.book in the configuration): not imported' : undefined
}

/** The entry of both; undefined where the book's has all of it. */
function mergedEntry(
  known: BookEntry,
  entry: BookEntry,
  conflict: (text: string) => void
): BookEntry | undefined {
  const relays = union(known.relays ?? [], entry.relays ?? [])
  if (entry.name !== known.name) conflict(`is "${known.name}" in the book: that name stays`)
  if (entry.note !== undefined && known.note !== undefined && entry.note !== known.note)
    conflict(`the note of the book stays, not that of the file: ${JSON.stringify(entry.note)}`)
  if (entry.time && !known.time) conflict('the file trusts its clock: not taken; kith book add … --time does')
  for (const relay of relays.slice(MAX_RELAYS)) conflict(`the relay ${relay} is one too many: not taken`)
  const merged: BookEntry = {
    ...known,
    purposes: union(known.purposes, entry.purposes),
    addresses: union(known.addresses, entry.addresses),
    ...defined({
      relays: relays.length === 0 ? undefined : relays.slice(0, MAX_RELAYS),
      note: known.note ?? entry.note
    })
  }
  const isSame =
    merged.purposes.length === known.purposes.length &&
    merged.addresses.length === known.addresses.length &&
    merged.relays?.length === known.relays?.length &&
    merged.note === known.note
  return isSame ? undefined : merged
}

function union(some: readonly string[], others: readonly string[]): string[] {
  return [...new Set([...some, ...others])]
}
