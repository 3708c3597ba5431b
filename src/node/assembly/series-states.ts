import type { Reading } from '../../reading/reading.ts'

/** How our series are, as the catalogue tells it: `ok`, or the code of a fault. */
export class SeriesStates {
  readonly #states = new Map<string, string>()

  /** @returns whether a series came up, failed, failed otherwise or recovered */
  note(readings: readonly Reading[]): boolean {
    let isNew = false
    for (const { series, fault } of readings) {
      const state = fault?.code ?? 'ok'
      isNew ||= this.#states.get(series) !== state
      this.#states.set(series, state)
    }
    return isNew
  }
}
