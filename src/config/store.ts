import * as v from 'valibot'
import { NAME, PEER_ID } from '../names.ts'
import { list, name, options, showInput, text } from './options/kinds.ts'

/**
 * An entry of `store`: a name or a purpose of the book or a PeerId; or a name or a purpose that peers claim of
 * themselves, which anybody can.
 */
export type StoreEntry = string | { readonly claimed: string }

const MAX_ENTRIES = 64

const NAME_OR_PEER = new RegExp(`${NAME.source}|${PEER_ID.source}`)

/** A peer as `store` and `deny` name it. */
export const nameOrPeer = text(NAME_OR_PEER, 'a name, a purpose or a PeerId')

const claimed = options({
  claimed: v.pipe(name(), v.description('A name or a purpose that peers claim of themselves: anybody can.'))
})

/** Chosen by the input, so that messages are about the form that was written. */
const entry = v.lazy((input: unknown) => {
  if (input === undefined) return v.union([nameOrPeer, claimed])
  return typeof input === 'object' && !Array.isArray(input) ? claimed : nameOrPeer
}) as unknown as v.GenericSchema<StoreEntry, StoreEntry>

export const storeEntries = v.pipe(
  list(entry, MAX_ENTRIES),
  v.checkItems(
    (item, index, all) => all.findIndex((other) => isSame(other, item)) === index,
    (issue) => `${showInput(issue.input)} appears twice`
  )
)

function isSame(a: StoreEntry, b: StoreEntry): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  return a.claimed === b.claimed
}
