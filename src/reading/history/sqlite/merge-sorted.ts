/** The items of sorted sources in order; of equal items that of the earlier source comes first. */
export function* mergeSorted<T>(
  sources: readonly Iterable<T>[],
  compare: (a: T, b: T) => number
): Generator<T> {
  const heads = sources.map((source) => ({
    iterator: source[Symbol.iterator](),
    value: undefined as T | undefined
  }))
  const open = heads.filter(advance)
  while (open.length > 0) {
    const min = open.reduce((best, head) => (compare(head.value as T, best.value as T) < 0 ? head : best))
    yield min.value as T
    if (!advance(min)) open.splice(open.indexOf(min), 1)
  }
}

function advance<T>(head: { iterator: Iterator<T>; value: T | undefined }): boolean {
  const { done, value } = head.iterator.next()
  head.value = value
  return done !== true
}

/** Ascending ranges of whole numbers, those that touch or overlap joined. */
export function joined(
  ranges: Iterable<{ readonly from: number; readonly to: number }>
): [from: number, to: number][] {
  const result: [from: number, to: number][] = []
  for (const { from, to } of ranges) {
    const last = result.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}
