import type { LevelWhen, StateWhen } from '../../config/rules/rules.ts'

/** What a series is now. `shown` is for people. */
export type Seen =
  /** Nothing has come since the start, or the peer has left the book, or nothing is known of the series any more. */
  | { readonly state: 'waiting' }
  | { readonly state: 'value'; readonly value: number; readonly shown: string }
  | { readonly state: 'fault' | 'stale'; readonly shown: string }

/**
 * A condition on one series, which holds from the first reading that meets it, for as long as `for` says, until one that
 * is beyond `clear`. What is stale or a fault counts neither as above nor as below: it leaves a condition that holds as
 * it is, and one that has to hold for a time begins anew. A series that is gone does the same, and is waited for as at the
 * start.
 */
export class Condition {
  readonly #when: LevelWhen | StateWhen
  /** Milliseconds of the clock since which it is met; undefined while it is not. */
  #since: number | undefined
  #holds = false
  #hasSeen = false
  #isKnown = false
  #shown = ''

  constructor(when: LevelWhen | StateWhen) {
    this.#when = when
  }

  /** Whether a real reading has come, and the series is not gone since. */
  get hasSeen(): boolean {
    return this.#hasSeen
  }

  get holds(): boolean {
    return this.#holds
  }

  /**
   * Whether what was seen last tells whether it holds: what is stale, a fault or gone leaves a threshold that was passed as it
   * was, and is no reason to act.
   */
  get isKnown(): boolean {
    return this.#isKnown
  }

  /** Whether it is met and only has to last. */
  get isPending(): boolean {
    return this.#since !== undefined && !this.#holds
  }

  /** Why, with what was seen last. */
  get why(): string {
    return `${this.#when.series} is ${this.#shown}`
  }

  /** @param now milliseconds of the clock, never less than before */
  see(seen: Seen, now: number): void {
    if (seen.state === 'waiting') {
      this.#wait()
      return
    }
    this.#shown = seen.shown
    if (seen.state !== 'stale') this.#hasSeen = true
    if (!this.#hasSeen) return
    this.#isKnown = 'is' in this.#when || seen.state === 'value'
    if (this.#holds) {
      if (isOver(this.#when, seen)) this.#end()
      return
    }
    if (!isMet(this.#when, seen)) {
      this.#end()
      return
    }
    this.#since ??= now
    this.#holds = now - this.#since >= this.#when.for
  }

  #wait(): void {
    this.#hasSeen = false
    this.#isKnown = false
    if (!this.#holds) this.#end()
  }

  #end(): void {
    this.#since = undefined
    this.#holds = false
  }
}

function isMet(when: LevelWhen | StateWhen, seen: Seen): boolean {
  if ('is' in when) return seen.state === when.is
  if (seen.state !== 'value') return false
  const { above = Number.POSITIVE_INFINITY, below = Number.NEGATIVE_INFINITY } = when
  return seen.value > above || seen.value < below
}

function isOver(when: LevelWhen | StateWhen, seen: Seen): boolean {
  if (seen.state !== 'value') return false
  if ('is' in when) return true
  const { above, below, clear } = when
  if (above !== undefined) return seen.value <= (clear ?? above)
  return seen.value >= (clear ?? below ?? seen.value)
}
