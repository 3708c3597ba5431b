/**
 * Wakes one waiting consumer. notify() without a waiting consumer is remembered, any number of times as one, so that
 * a consumer that looks at its queue and then waits misses nothing.
 */
export class Notifier {
  #notified = false
  #waiting: (() => void) | undefined

  notify(): void {
    this.#notified = true
    this.#waiting?.()
  }

  /** Resolves after the next notify(), at once where notify() was called since the last wait. One waiter at a time. */
  async wait(): Promise<void> {
    if (!this.#notified) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
    this.#waiting = undefined
    this.#notified = false
  }
}
