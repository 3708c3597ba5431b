interface Running<T> {
  readonly result: Promise<T>
  readonly controller: AbortController
  waiting: number
}

/** Work of one key that is done once however many wait for it, and aborted once nobody waits any more. */
export class Joined<T> {
  readonly #running = new Map<string, Running<T>>()

  /** @throws what the work throws; the signal's reason, also while others wait on */
  async join(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const running = this.#running.get(key) ?? this.#begin(key, work)
    running.waiting++
    const left = Promise.withResolvers<never>()
    const leave = (): void => left.reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([running.result, left.promise])
    } finally {
      signal.removeEventListener('abort', leave)
      running.waiting--
      if (running.waiting === 0) this.#end(key, running)
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController()
    const running = { result: work(controller.signal), controller, waiting: 0 }
    this.#running.set(key, running)
    return running
  }

  #end(key: string, running: Running<T>): void {
    if (this.#running.get(key) === running) this.#running.delete(key)
    running.controller.abort(new Error('nobody waits for it any more'))
    // Its result is nobody's any more.
    running.result.catch(() => undefined)
  }
}
