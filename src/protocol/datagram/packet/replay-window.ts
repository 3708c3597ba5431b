import { REPLAY_WINDOW } from '../constants.ts'

const BITS = 32
// One word more than the window, so that clearing ahead never erases what is still inside (RFC 6479).
const WORDS = REPLAY_WINDOW / BITS + 1

/**
 * Which packet numbers of one direction were received (RFC 6479): a ring of 1,056 bits. Numbers have
 * 48 bits, so no 32-bit operator touches them; only the place of a bit in its word is 32-bit.
 */
export class ReplayWindow {
  readonly #words = new Uint32Array(WORDS)
  #newest = -1

  /** The highest number accepted; -1 before the first. */
  get newest(): number {
    return this.#newest
  }

  /** Whether the number is new and not too old. Changes nothing: a forgery must not move the window. */
  admits(counter: number): boolean {
    if (counter > this.#newest) return true
    if (this.#newest - counter >= REPLAY_WINDOW) return false
    return ((this.#words[wordOf(counter)] ?? 0) & bitOf(counter)) === 0
  }

  /** Marks an authentic packet's number that admits() has admitted. */
  accept(counter: number): void {
    if (counter > this.#newest) this.#advance(counter)
    const word = wordOf(counter)
    this.#words[word] = (this.#words[word] ?? 0) | bitOf(counter)
  }

  #advance(counter: number): void {
    const from = Math.floor(this.#newest / BITS)
    const steps = Math.min(WORDS, Math.floor(counter / BITS) - from)
    for (let step = 1; step <= steps; step++) this.#words[(((from + step) % WORDS) + WORDS) % WORDS] = 0
    this.#newest = counter
  }
}

function wordOf(counter: number): number {
  return Math.floor(counter / BITS) % WORDS
}

function bitOf(counter: number): number {
  return 1 << (counter % BITS)
}
