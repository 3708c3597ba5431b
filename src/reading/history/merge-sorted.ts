/** Goes through sorted sources as through one; of equal items that of the earlier source comes first. */
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
    const least = open.reduce((best, head) => (compare(head.value as T, best.value as T) < 0 ? head : best))
    yield least.value as T
    if (!advance(least)) open.splice(open.indexOf(least), 1)
  }
}

function advance<T>(head: { iterator: Iterator<T>; value: T | undefined }): boolean {
  const { done, value } = head.iterator.next()
  head.value = value
  return done !== true
}
