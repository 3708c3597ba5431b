import { type AccessWord, isAccessWord, isThing, NODE_WORDS } from '../access-words.ts'
import type { BookEntry } from './entry.ts'

/** A right in an entry of the book: `own`, `operate:heater`. */
export interface BookRight {
  readonly word: AccessWord
  readonly on: string | undefined
}

/** @returns undefined where it is no right */
export function parseRight(text: string): BookRight | undefined {
  const colon = text.indexOf(':')
  const word = colon === -1 ? text : text.slice(0, colon)
  const on = colon === -1 ? undefined : text.slice(colon + 1)
  if (!isAccessWord(word)) return undefined
  if (on !== undefined && (NODE_WORDS.includes(word) || !isThing(on))) return undefined
  return { word, on }
}

const parsed = new WeakMap<BookEntry, readonly BookRight[]>()

/** The rights of an entry; what is none in a file of a later kith gives nothing. */
export function rightsOf(entry: BookEntry): readonly BookRight[] {
  const known = parsed.get(entry)
  if (known !== undefined) return known
  const rights = (entry.may ?? []).map(parseRight).filter((right) => right !== undefined)
  parsed.set(entry, rights)
  return rights
}
