import type { Clock } from '../../clock.ts'

/** Programs that may run at one time. Who finds no place free waits; a place that is given back goes to the first of them. */
export class ProgramPlaces {
  #free: number
  readonly #waiting = new Set<(hasPlace: boolean) => void>()

  constructor(programs: number) {
    this.#free = programs
  }

  /**
   * @param wait milliseconds at most
   * @returns whether there is a place, which is then to be given back; false after the wait or the signal
   */
  async take(clock: Clock, wait: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false
    if (this.#free > 0) {
      this.#free--
      return true
    }
    return await new Promise((resolve) => {
      const settle = (hasPlace: boolean): void => {
        cancel()
        signal.removeEventListener('abort', giveUp)
        this.#waiting.delete(settle)
        resolve(hasPlace)
      }
      const giveUp = (): void => settle(false)
      const cancel = clock.after(wait, giveUp)
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.add(settle)
    })
  }

  give(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#free++
    else next(true)
  }
}
