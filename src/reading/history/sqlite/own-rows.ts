import type { Clock } from '../../../clock.ts'
import { describeError } from '../../../error.ts'
import type { Log } from '../../../log.ts'
import type { Reading } from '../../reading.ts'
import type { Run } from '../../run.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import type { Sealer } from '../../signed/sealer.ts'
import { MAX_RECORDS } from '../../signed/senml.ts'
import { type DueTail, dueTails } from './due-tails.ts'
import type { Tails } from './tails.ts'

export interface OwnRowsInit {
  readonly clock: Clock
  readonly log: Log
  readonly sealer: Sealer
  readonly tails: Tails
  /** Milliseconds after which a tail is sealed though it is not full. */
  readonly blockAge: number
  /** The ProtocolName of our readings of a series. */
  readonly topicOf: (series: string) => string
  /** Takes a block in place of the rows that it has. */
  readonly keep: (block: SealedReadings) => void
}

/** Our own rows, and the blocks that they become. */
export class OwnRows {
  readonly #init: OwnRowsInit
  /** Rows since the last block, or since the last attempt at one, by series. */
  readonly #rows = new Map<string, number>()
  #present: { run: Run; started: number } | undefined
  /** Tails that the present flush has still to seal. */
  #due: DueTail[] = []

  constructor(init: OwnRowsInit) {
    this.#init = init
  }

  get present(): Run | undefined {
    return this.#present?.run
  }

  /** @param mono milliseconds since it began */
  begin(run: Run, mono: number): void {
    this.#present = { run, started: this.#init.clock.monotonic() - mono }
  }

  /** A full tail becomes a block at once. @returns by how many bytes the rows grew */
  append(readings: readonly Reading[]): number {
    const { tails, topicOf, clock } = this.#init
    const at = clock.monotonic()
    let grown = 0
    for (const reading of readings) {
      const { series, unit, position: run } = reading
      const tail = tails.find(series, run) ?? tails.open({ series, unit, run, topic: topicOf(series) })
      grown += tail.append(reading, at)
      const rows = (this.#rows.get(series) ?? 0) + 1
      this.#rows.set(series, rows)
      if (rows >= MAX_RECORDS) this.#seal({ series, run: tail.run, whole: false })
    }
    return grown
  }

  /** Takes down for sealDue what is full, old enough, or of a run that has ended. */
  findDue(): void {
    const { clock, blockAge } = this.#init
    const present = this.#present
    const age = present === undefined ? 0 : clock.monotonic() - present.started - blockAge
    this.#due = dueTails(this.#tails(), present?.run, age)
  }

  /** Tries up to `max` of them, each once: what cannot be sealed is due again. @returns whether there are more */
  sealDue(max: number): boolean {
    for (const tail of this.#due.splice(0, max)) this.#seal(tail)
    return this.#due.length > 0
  }

  /** Seals every tail; what cannot be sealed is removed. @returns how many readings were removed */
  sealRest(): number {
    for (const { series, run } of this.#tails()) this.#seal({ series, run, whole: true })
    const { sealer, tails } = this.#init
    let left = 0
    for (const tail of tails.ofAuthor(sealer.peer)) {
      left += tail.rows
      tails.cut(tail.series, tail.run, 0, Number.MAX_SAFE_INTEGER)
    }
    return left
  }

  #tails(): (DueTail & { count: number; since: number })[] {
    const { tails, sealer } = this.#init
    return tails
      .ofAuthor(sealer.peer)
      .filter(({ parts }) => parts.length > 0)
      .map(({ series, run, rows, since }) => ({ series, run, count: rows, since, whole: false }))
  }

  #seal({ series, run, whole }: DueTail): void {
    // Also where it cannot be sealed: not to be tried again with every reading.
    this.#rows.set(series, 0)
    try {
      this.#sealTail(series, run, whole)
    } catch (error) {
      this.#init.log.error(`${series} cannot be sealed: ${describeError(error)}`)
    }
  }

  #sealTail(series: string, run: Run, whole: boolean): void {
    const { tails, sealer, keep } = this.#init
    const tail = tails.find(series, run)
    if (tail === undefined) return
    let rows = tail.readings(0)
    while (rows.length >= (whole ? 1 : MAX_RECORDS)) {
      const block = sealer.block(tail.topic, rows)
      keep(block)
      rows = rows.slice(block.readings.length)
    }
    this.#rows.set(series, rows.length)
  }
}
