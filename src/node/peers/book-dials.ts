import type { Cancel, Clock } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { BookEntry } from '../../peer/book/entry.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'

export interface BookDialsInit {
  readonly autoDialer: Pick<AutoDialer, 'remember'>
  readonly clock: Clock
  readonly log: Log
}

/** Entries that are handed over at a time, some 5 ms, and milliseconds until the next ones. */
const SLICE = 128
const PAUSE = 20
/** Names of entries in a warning. */
const NAMED = 3

/** Gives the addresses of the book to the auto-dialer: those of thousands bit by bit, so that nothing waits for them. */
export class BookDials {
  readonly #init: BookDialsInit
  #left: BookEntry[] = []
  /** Names of entries of which no address can be dialled. */
  #idle: string[] = []
  #next: Cancel | undefined

  constructor(init: BookDialsInit) {
    this.#init = init
  }

  remember(entries: readonly BookEntry[]): void {
    this.#left.push(...entries.filter(({ addresses }) => addresses.length > 0))
    if (this.#next === undefined) this.#slice()
  }

  stop(): void {
    this.#next?.()
    this.#left = []
  }

  #slice(): void {
    this.#next = undefined
    for (const entry of this.#left.splice(0, SLICE)) this.#hand(entry)
    if (this.#left.length > 0) this.#next = this.#init.clock.after(PAUSE, () => this.#slice())
    else this.#warn()
  }

  #hand({ name, peer, addresses }: BookEntry): void {
    const { autoDialer, log } = this.#init
    try {
      if (!autoDialer.remember(peer, addresses)) this.#idle.push(name)
    } catch (error) {
      log.warn(`the book's entry ${name} cannot be dialled: ${describeError(error)}`)
    }
  }

  #warn(): void {
    const names = this.#idle.splice(0)
    if (names.length === 0) return
    const others = names.length > NAMED ? ` and ${names.length - NAMED} others` : ''
    this.#init.log.warn(
      `the book has no address that can be dialled of ${names.slice(0, NAMED).join(', ')}${others}: kith dials TCP`
    )
  }
}
