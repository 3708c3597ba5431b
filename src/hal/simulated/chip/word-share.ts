/** That share of the full scale, as a word of 16 bits: all ones stand for all of it. @param part cut off at 0 and 1 */
export function wordShare(part: number): number {
  return Math.round(Math.min(1, Math.max(0, part)) * 0xffff)
}
