import type { Clock } from '../../../clock.ts'
import { NotAcknowledged } from '../model.ts'

/** The answer of a chip that takes commands. Until it is ready, the chip does not acknowledge. */
export class PendingAnswer {
  readonly #clock: Clock
  #readyAt = Number.NEGATIVE_INFINITY
  #compose: ((at: number) => Uint8Array) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * A command was taken.
   * @param delay milliseconds until it is done
   * @param compose makes the answer when it is read; none for a command without an answer
   */
  begin(delay: number, compose?: (at: number) => Uint8Array): void {
    this.#readyAt = this.#clock.monotonic() + delay
    this.#compose = compose
  }

  /** @throws NotAcknowledged while a command is under way */
  checkIdle(): void {
    if (this.#clock.monotonic() < this.#readyAt) throw new NotAcknowledged('address')
  }

  /**
   * Returns the answer, once; bytes beyond its end are ff.
   * @throws NotAcknowledged while a command is under way, and where there is no answer
   */
  read(count: number): Uint8Array {
    this.checkIdle()
    if (this.#compose === undefined) throw new NotAcknowledged('address')
    const answer = this.#compose(this.#clock.now() - (this.#clock.monotonic() - this.#readyAt))
    this.#compose = undefined
    return Uint8Array.from({ length: count }, (_, index) => answer[index] ?? 0xff)
  }
}

/** A share of the full scale as a word of 16 bits, all ones for all of it. @param part is clamped to 0 and 1 */
export function wordShare(part: number): number {
  return Math.round(Math.min(1, Math.max(0, part)) * 0xffff)
}
