/** Longer words are compared by their beginning: bounds the work on hostile input. */
const LONGEST = 64

/**
 * Damerau-Levenshtein distance in its optimal string alignment form: insertions, deletions,
 * substitutions and swaps of neighbours, each costing 1.
 */
export function editDistance(from: string, to: string): number {
  const a = from.slice(0, LONGEST)
  const b = to.slice(0, LONGEST)
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const at = (line: number[], column: number): number => line[column] ?? 0
      const substituted = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(substituted, at(last, j) + 1, at(row, j - 1) + 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) row[j] = Math.min(at(row, j), at(beforeLast, j - 2) + 1)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

/** The candidate that was most likely meant, or undefined where none is near: one slip in every three letters. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  // A word of one letter is near to all others of one letter.
  let min = Math.min(word.length, Math.max(1, Math.floor(word.length / 3)) + 1)
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance >= min) continue
    best = candidate
    min = distance
  }
  return best
}
