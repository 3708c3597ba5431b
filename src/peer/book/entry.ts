/** By what way a peer came into the book: its PeerId was written, in an invite, that of a peer nearby, or proved by a code. */
export type BookOrigin = 'typed' | 'scanned' | 'met' | 'paired'

export const BOOK_ORIGINS: readonly string[] = ['typed', 'scanned', 'met', 'paired'] satisfies BookOrigin[]

/** What a person wrote about a peer. */
export interface BookEntry {
  /** Of the form NAME, unique in the book. */
  readonly name: string
  /** PeerId, unique in the book. */
  readonly peer: string
  readonly purposes: readonly string[]
  /** Multiaddrs of the person's own knowledge; addresses that were dialled are kept apart (last-good.ts). */
  readonly addresses: readonly string[]
  /** Multiaddrs of relays that end in /p2p/ and the relay's PeerId; at most MAX_RELAYS. */
  readonly relays?: readonly string[]
  /** Whether its clock is a source of time (docs/protocols.md section 8, "Quality of time"). */
  readonly time: boolean
  /** What it may do on this node, as in `own` or `operate:heater` (rights.ts); nothing unless given. */
  readonly may?: readonly string[]
  /** Absent in entries of before it was recorded. */
  readonly added?: BookOrigin
  readonly note?: string
}

/** Rights of one entry. */
export const MAX_RIGHTS = 64

/** Relays of one peer that are dialled. */
export const MAX_RELAYS = 2
