import { type Cancel, type Clock, every } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { AddressBook, BookEntry } from '../../peer/book/book.ts'

export interface BookWatchInit {
  readonly book: Pick<AddressBook, 'reload'>
  readonly clock: Clock
  readonly log: Log
  /** Takes the entries that are new or differ. */
  readonly changed: (entries: readonly BookEntry[]) => void
}

/** Milliseconds between looks at the file. Not every file system reports changes, and all editors write differently. */
const INTERVAL = 2_000

/** Takes what a person edits in the book's file while the node runs, and reports what cannot be taken, once. */
export class BookWatch {
  readonly name = 'book watch'
  readonly #init: BookWatchInit
  #stop: Cancel | undefined
  #looking = false
  #reported: unknown

  constructor(init: BookWatchInit) {
    this.#init = init
  }

  start(): void {
    this.#stop = every(this.#init.clock, INTERVAL, () => void this.#look())
  }

  stop(): void {
    this.#stop?.()
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const { book, log, changed } = this.#init
    try {
      const entries = await book.reload()
      if (entries.length > 0) changed(entries)
      this.#reported = undefined
    } catch (error) {
      if (error === this.#reported) return
      this.#reported = error
      log.warn(`the edited book is not taken, the one of before stays in force: ${describeError(error)}`)
    } finally {
      this.#looking = false
    }
  }
}
