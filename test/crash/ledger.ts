import { comparePositions, type Position, type Run } from '../../src/reading/run.ts'
import { formatPosition } from '../support/readings.ts'

/** As much of a reading as must be the same wherever it is met. */
export interface Entry {
  readonly position: Position
  readonly time: number | null
  readonly value?: number | boolean | undefined
}

export interface LostRange extends Run {
  readonly from: number
  readonly to: number
}

/** Every position of one series that was heard or found, and what must be true of them all. */
export class Ledger {
  readonly faults: string[] = []
  readonly #outcomes = new Map<string, string>()
  /** What a neighbour heard of the present life. */
  #life: Entry[] = []
  /** What was on the disk at the last kill. */
  #disk = new Map<string, Entry>()
  readonly #runs = new Map<string, number>()
  readonly #kept = new Set<string>()
  #killedAt = 0
  #newest: Position | undefined
  #newestBefore: Position | undefined

  get heard(): number {
    return this.#outcomes.size
  }

  get kept(): number {
    return this.#kept.size
  }

  get runs(): number {
    return this.#runs.size
  }

  begin(): void {
    this.#life = []
    this.#newestBefore = this.#newest
  }

  hear(readings: readonly Entry[]): void {
    for (const reading of readings) {
      if (this.#note(reading)) this.#life.push(reading)
    }
  }

  /** @returns whether nothing of this life was heard */
  killed(at: number): boolean {
    this.#killedAt = at
    return this.#life.length === 0
  }

  /** What is on the disk of the killed. */
  found(readings: readonly Entry[]): void {
    const before = this.#disk
    this.#disk = new Map(readings.map((reading) => [formatPosition(reading.position), reading]))
    if (this.#disk.size !== readings.length) this.faults.push('a position is on the disk twice')
    for (const at of before.keys()) {
      if (!this.#disk.has(at)) this.faults.push(`${at} was on the disk and is not any more`)
    }
    for (const reading of readings) {
      this.#note(reading)
      this.#kept.add(formatPosition(reading.position))
    }
    this.#checkWhole(readings, [])
  }

  /**
   * @returns milliseconds of this life that are not on the disk: since the oldest reading that was heard and is
   * not there, or since the newest that is there
   */
  loss(): number {
    const isKept = ({ position }: Entry): boolean => this.#disk.has(formatPosition(position))
    const kept = [...this.#disk.values()].filter(({ position }) => this.#isNew(position))
    const since = [
      ...this.#life.filter((reading) => !isKept(reading)).map(timeOf),
      ...(kept.length === 0 ? [] : [Math.max(...kept.map(timeOf))])
    ]
    return Math.max(0, this.#killedAt - Math.min(...since))
  }

  /** An old backup takes the place of the disk. */
  restored(): void {
    this.#disk = new Map()
  }

  /** Compares what a neighbour got when it asked for the whole history. */
  checkHistory(readings: readonly Entry[], lost: readonly LostRange[]): void {
    for (const reading of readings) this.#note(reading)
    this.#checkWhole(readings, lost)
    const positions = new Set(readings.map(({ position }) => formatPosition(position)))
    for (const at of this.#disk.keys())
      if (!positions.has(at)) this.faults.push(`${at} is on the disk and not in the answer`)
  }

  /** @returns whether it is of the present life */
  #note({ position, time, value }: Entry): boolean {
    const at = formatPosition(position)
    const outcome = `${time} ${value}`
    const known = this.#outcomes.get(at)
    if (known !== undefined && known !== outcome) this.faults.push(`${at} is ${known}, and ${outcome}`)
    this.#outcomes.set(at, outcome)
    this.#checkRun(position)
    if (this.#newest === undefined || comparePositions(position, this.#newest) > 0) this.#newest = position
    return this.#isNew(position)
  }

  #isNew({ epoch }: Position): boolean {
    return this.#newestBefore === undefined || epoch > this.#newestBefore.epoch
  }

  /** A run has an epoch of its own, above all before it. */
  #checkRun({ epoch, boot }: Position): void {
    if (this.#runs.has(boot)) return
    const highest = Math.max(0, ...this.#runs.values())
    if (epoch <= highest) this.faults.push(`a run with epoch ${epoch} came after one with ${highest}`)
    this.#runs.set(boot, epoch)
  }

  /** In each run what is there follows on 0, and what is not is reported as lost. */
  #checkWhole(readings: readonly Entry[], lost: readonly LostRange[]): void {
    const runs = Map.groupBy(readings, ({ position }) => position.boot)
    for (const [boot, entries] of runs) {
      let next = 0
      const gone = lost.filter((range) => range.boot === boot)
      for (const { position } of entries.toSorted((a, b) => a.position.seq - b.position.seq)) {
        for (; next < position.seq; next++) {
          const seq = next
          if (!gone.some(({ from, to }) => from <= seq && seq <= to))
            this.faults.push(`${boot}.${seq} is missing, and nobody says so`)
        }
        next = position.seq + 1
      }
    }
  }
}

/** Unix milliseconds. */
function timeOf({ time }: Entry): number {
  return (time ?? 0) * 1000
}
