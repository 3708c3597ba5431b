import type { CommandRow } from '../../reading/history/store/command-table.ts'

/** Different refusals of commands that were tried, each with a row of its own. */
const TRIED = 32
/** Peers whose commands were not even tried, each with one row. */
const CALLERS = 8

/**
 * The refusals of a minute. Equal ones are one row. Those of a peer whose commands were not tried, as it may not operate
 * the output or sends too many, are one row whatever they are. Beyond the bounds they share one.
 */
export class Refusals {
  /** How often it came after its first row; undefined until it came again. */
  readonly #tried = new Map<string, CommandRow | undefined>()
  readonly #untried = new Map<string, CommandRow>()
  #others: CommandRow | undefined

  /** @returns whether it is to be written now; else it is counted */
  add(row: CommandRow): boolean {
    if (row.answer === 'denied' || row.answer === 'busy') {
      this.#count(row)
      return false
    }
    const key = JSON.stringify([row.peer, row.who, row.name, row.asked, row.answer])
    if (this.#tried.has(key)) {
      this.#tried.set(key, merged(this.#tried.get(key), row))
      return false
    }
    if (this.#tried.size < TRIED) {
      this.#tried.set(key, undefined)
      return true
    }
    this.#addOther(row)
    return false
  }

  /** What was counted and is not written. */
  get rows(): CommandRow[] {
    const rows = [...this.#tried.values(), ...this.#untried.values(), this.#others]
    return rows.filter((row) => row !== undefined)
  }

  clear(): void {
    this.#tried.clear()
    this.#untried.clear()
    this.#others = undefined
  }

  #count(row: CommandRow): void {
    const key = row.peer ?? row.who
    const known = this.#untried.get(key)
    if (known === undefined && this.#untried.size >= CALLERS) this.#addOther(row)
    else this.#untried.set(key, merged(known, row))
  }

  #addOther(row: CommandRow): void {
    this.#others = merged(this.#others, { ...row, peer: null, who: 'others' })
  }
}

/** One row for both, at the later time: what they have in common. */
function merged(one: CommandRow | undefined, next: CommandRow): CommandRow {
  if (one === undefined) return next
  return {
    ...next,
    name: one.name === next.name ? next.name : '',
    asked: one.asked === next.asked ? next.asked : 'on, off',
    lease: one.lease === next.lease ? next.lease : null,
    answer: one.answer === next.answer ? next.answer : 'refused',
    text: one.text === next.text ? next.text : 'each for its reason',
    times: one.times + next.times
  }
}
