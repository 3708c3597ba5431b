/** Waits that double from `min` to `max`, each with jitter, so that after a power cut not all nodes dial at once. */
export class Backoff {
  readonly #min: number
  readonly #max: number
  readonly #random: () => number
  #failures = 0

  /**
   * @param min,max milliseconds
   * @param random uniform in [0, 1)
   */
  constructor(min: number, max: number, random: () => number) {
    this.#min = min
    this.#max = max
    this.#random = random
  }

  /** Milliseconds until the next try: a random part of the doubled wait, at least half of it. @param max in place of the maximum */
  next(max = this.#max): number {
    const whole = Math.min(max, this.#min * 2 ** Math.min(this.#failures, 30))
    this.#failures += 1
    return whole / 2 + (this.#random() * whole) / 2
  }

  reset(): void {
    this.#failures = 0
  }
}
