import type { KeyName } from '../terminal/keys.ts'
import type { ListLine } from './list-lines.ts'

/** Which row of the list is selected, and which lines are visible. */
export class Scroll {
  /** Key of the selected row. */
  selected: string | undefined
  #keys: readonly string[] = []
  /** Place of the selected row, for when it is no longer there. */
  #index = 0
  /** The first visible line. */
  #top = 0
  #page = 1

  /** Rows that a key moves by. */
  get steps(): ReadonlyMap<KeyName, number> {
    return new Map<KeyName, number>([
      ['up', -1],
      ['down', 1],
      ['page-up', -this.#page],
      ['page-down', this.#page],
      ['home', -Infinity],
      ['end', Infinity]
    ])
  }

  /** `12/50` */
  get place(): string {
    return this.#keys.length === 0 ? '' : `${this.#index + 1}/${this.#keys.length}`
  }

  /** The selected row among those that there are now: the same, else the one at its place. */
  select(keys: readonly string[]): string | undefined {
    this.#keys = keys
    const found = this.selected === undefined ? -1 : keys.indexOf(this.selected)
    this.#take(found < 0 ? this.#index : found)
    return this.selected
  }

  move(rows: number): void {
    this.#take(this.#index + rows)
  }

  /** The lines of a window of so many, in which the selected one is; the heading of its first stays on top. */
  visible(lines: readonly ListLine[], height: number): readonly ListLine[] {
    this.#page = Math.max(1, height - 2)
    const at = Math.max(
      0,
      lines.findIndex(({ key }) => key !== undefined && key === this.selected)
    )
    // A row is shown with the line above it: its heading, or the row that comes next upwards.
    this.#top = Math.min(this.#top, Math.max(0, at - 1), Math.max(0, lines.length - height))
    this.#top = Math.max(this.#top, at - height + 1)
    const shown = lines.slice(this.#top, this.#top + height)
    const heading = lines.findLast(({ key }, i) => i <= this.#top && key === undefined)
    return height > 2 && heading !== undefined ? [heading, ...shown.slice(1)] : shown
  }

  #take(index: number): void {
    this.#index = Math.max(0, Math.min(index, this.#keys.length - 1))
    this.selected = this.#keys[this.#index]
  }
}
