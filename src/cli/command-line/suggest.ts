import { nearest } from '../../config/options/nearest.ts'

/** The only word that begins with `word`, else the nearest one. */
export function suggest(word: string, words: readonly string[]): string | undefined {
  const beginning = words.filter((candidate) => word.length > 1 && candidate.startsWith(word))
  return beginning.length === 1 ? beginning[0] : nearest(word, words)
}

/** `; did you mean watch?`, or an empty string. */
export function didYouMean(word: string, words: readonly string[], show = (found: string) => found): string {
  const found = suggest(word, words)
  return found === undefined ? '' : `; did you mean ${show(found)}?`
}
