import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'

/** Authors of whom it is remembered. */
const MAX_AUTHORS = 4096

/** In which order authors are asked, and which of them have answered. */
export class AuthorTurns {
  readonly #clock: Clock
  /** Clock.monotonic() when an author was last asked; its negative when it has connected since. */
  readonly #turns = new BoundedMap<string, number>(MAX_AUTHORS)
  /** Authors who answered when they were asked last. */
  readonly #answering = new BoundedMap<string, true>(MAX_AUTHORS)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Who connected last first, then who was never asked, then who was asked longest ago. */
  inOrder(authors: Iterable<string>): string[] {
    const turn = (author: string): number => this.#turns.get(author) ?? 0
    return [...authors].sort((one, other) => turn(one) - turn(other))
  }

  answers(author: string): boolean {
    return this.#answering.has(author)
  }

  connected(author: string): void {
    this.#turns.set(author, -this.#clock.monotonic())
  }

  asked(author: string): void {
    this.#turns.set(author, this.#clock.monotonic())
  }

  note(author: string, answered: boolean): void {
    if (answered) this.#answering.set(author, true)
    else this.#answering.delete(author)
  }
}

/** The first of each list, then the second of each, and so on, up to `room`. */
export function inTurn<T>(lists: readonly (readonly T[])[], room: number): T[] {
  const turns = Math.min(room, Math.max(0, ...lists.map(({ length }) => length)))
  const each = Array.from({ length: turns }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1)))
  return each.flat().slice(0, room)
}
