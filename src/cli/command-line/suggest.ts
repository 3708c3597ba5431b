import { nearest } from '../../config/options/nearest.ts'

/** The word that was probably meant: the only one that begins so, or the nearest. */
export function suggest(word: string, words: readonly string[]): string | undefined {
  const beginning = words.filter((candidate) => word.length > 1 && candidate.startsWith(word))
  return beginning.length === 1 ? beginning[0] : nearest(word, words)
}

/** `; did you mean watch?`, or nothing. */
export function didYouMean(word: string, words: readonly string[], show = (found: string) => found): string {
  const found = suggest(word, words)
  return found === undefined ? '' : `; did you mean ${show(found)}?`
}
