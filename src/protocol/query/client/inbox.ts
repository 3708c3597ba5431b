/** Holds what arrived until it is taken, in order. Who puts in bounds it. */
export class Inbox<T extends object> {
  readonly #items: T[] = []
  #failure: Error | undefined
  #wake: (() => void) | undefined

  get size(): number {
    return this.#items.length
  }

  put(item: T): void {
    this.#items.push(item)
    this.#wake?.()
  }

  /** Nothing more will come: what is here is still given out, then the error is thrown. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#wake?.()
  }

  /** @throws the error it failed with */
  async take(): Promise<T> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) return item
      if (this.#failure !== undefined) throw this.#failure
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
