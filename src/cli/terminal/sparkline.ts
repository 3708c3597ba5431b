const BARS = '▁▂▃▄▅▆▇█'

/** The numbers as bars between their least and their greatest; all in the middle where they are equal. */
export function sparkline(numbers: readonly number[]): string {
  const min = Math.min(...numbers)
  const range = Math.max(...numbers) - min
  return numbers
    .map((number) => BARS[range === 0 ? 3 : Math.round(((number - min) / range) * (BARS.length - 1))])
    .join('')
}
