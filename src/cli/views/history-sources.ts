import type { ReadingRow } from '../../node/api/reading-rows.ts'
import { sanitize } from '../../node/log/sanitize.ts'

/** Counts from where the readings came. */
export class HistorySources {
  readonly #counts = new Map<string, number>()
  #others = false

  add({ from, holder = '', who }: ReadingRow): void {
    if (from !== 'author') this.#others = true
    const name = from === 'own' ? 'the store of this node' : sanitize(from === 'author' ? who : holder, 64)
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** `from the store of this node: 600 readings, from hall: 20`; undefined where the authors gave all of them. */
  text(): string | undefined {
    if (!this.#others) return undefined
    const parts = [...this.#counts].map(([name, count], i) => {
      const unit = count === 1 ? ' reading' : ' readings'
      return `from ${name}: ${count}${i === 0 ? unit : ''}`
    })
    return parts.join(', ')
  }
}
