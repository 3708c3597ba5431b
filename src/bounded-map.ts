/**
 * A map that holds at most `capacity` keys. Setting a key makes it the newest; beyond the capacity the oldest
 * is removed. Order is the order of Map: by the last set() or touch(), oldest first.
 */
export class BoundedMap<K, V> implements Iterable<[K, V]> {
  readonly #capacity: number
  readonly #entries = new Map<K, V>()
  /** The key that was set or touched last; none once a key was deleted. */
  #newest: { readonly key: K } | undefined

  /** @param capacity at least 0; with 0 nothing is kept */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  has(key: K): boolean {
    return this.#entries.has(key)
  }

  /** The value, which becomes the newest: for a map where reading counts as use. */
  touch(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined && !this.#entries.has(key)) return undefined
    this.#append(key, value as V)
    return value
  }

  set(key: K, value: V): this {
    this.#append(key, value)
    if (this.#entries.size > this.#capacity) {
      const oldest = this.#entries.keys().next()
      if (oldest.done !== true) this.delete(oldest.value)
    }
    return this
  }

  delete(key: K): boolean {
    this.#newest = undefined
    return this.#entries.delete(key)
  }

  clear(): void {
    this.#newest = undefined
    this.#entries.clear()
  }

  keys(): MapIterator<K> {
    return this.#entries.keys()
  }

  values(): MapIterator<V> {
    return this.#entries.values()
  }

  /** A key that is the newest already keeps its place: V8 builds a map anew whose keys come and go. */
  #append(key: K, value: V): void {
    if (this.#newest?.key !== key) {
      this.#entries.delete(key)
      this.#newest = { key }
    }
    this.#entries.set(key, value)
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#entries[Symbol.iterator]()
  }
}
