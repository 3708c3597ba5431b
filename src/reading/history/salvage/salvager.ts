import { basename } from 'node:path'
import type { Cancel, Clock } from '../../../clock.ts'
import { describeError } from '../../../error.ts'
import type { Log } from '../../../log.ts'
import type { DurableStore } from '../store/durable-store.ts'
import type { SalvageProgress } from '../store/salvage-table.ts'
import { CheckedRows, type SalvageInit } from './checked-rows.ts'
import type { Salvaged } from './expected.ts'
import { salvage, type Taken } from './salvage.ts'

export interface SalvagerInit extends SalvageInit {
  readonly clock: Clock
  readonly log: Log
  readonly durable: Pick<
    DurableStore,
    'state' | 'error' | 'unread' | 'write' | 'read' | 'endSalvage' | 'giveUpSalvage'
  >
  /** The steps that follow when nothing is left to take over, also where the last file was given up. */
  readonly ending: () => Iterator<unknown>
}

/** Milliseconds that a slice reads for; its transaction comes on top. */
const READING = 5
/**
 * Changes of one transaction: a pack, a block, or a row of the tail each. They take about as long as the reading. Also steps
 * of the ending in one slice.
 */
const MAX_CHANGES = 64
/** Milliseconds between two slices, in which the node does its work. */
const PAUSE = 20
/** Failures of a transaction between which others did not fail: then its rows are the cause, not the disk. */
const MAX_FAILURES = 3

/** The salvage of one file. */
interface Job {
  readonly file: string
  readonly rows: CheckedRows
  readonly steps: Generator<Taken | undefined, void>
  /** Read and not written yet. */
  taken: Taken[]
  failures: number
  /** Once all is written: what came over. */
  counts: Generator<Salvaged, void> | undefined
  sum: Salvaged
}

/**
 * Takes over what damaged files still have, a slice at a time between the node's other work. Each slice is one
 * transaction, and how far the salvage is goes with it: after a kill, or on a disk that was full, it goes on from there.
 */
export class Salvager {
  readonly #init: SalvagerInit
  #job: Job | undefined
  #ending: Iterator<unknown> | undefined
  #cancel: Cancel | undefined
  #salvaged: Salvaged = { saved: 0, lost: 0 }

  constructor(init: SalvagerInit) {
    this.#init = init
  }

  /** How many readings were salvaged from damaged files since the start, and were not. */
  get salvaged(): Salvaged {
    return this.#salvaged
  }

  /** Goes on where something is left to take over: at the start, and with each flush, which may have found damage. */
  resume(): void {
    if (this.#cancel !== undefined || !this.#hasWork) return
    this.#cancel = this.#init.clock.after(PAUSE, () => {
      this.#cancel = undefined
      if (this.#slice()) this.resume()
    })
  }

  /** Takes over all that is left at once, unless the disk takes no writes. */
  finish(): void {
    while (this.#hasWork && this.#slice());
  }

  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#job?.steps.return()
    this.#job = undefined
    this.#ending = undefined
  }

  get #hasWork(): boolean {
    return this.#init.durable.unread.length > 0 || this.#ending !== undefined
  }

  /** @returns whether there is more to do now; what could not be written is kept for the next slice */
  #slice(): boolean {
    const { durable, ending } = this.#init
    if (this.#ending !== undefined) return this.#goOn(this.#ending)
    const file = this.#job?.file ?? durable.unread[0]
    if (file === undefined) return false
    const isMore = this.#step(file)
    if (durable.unread.length > 0) return isMore
    this.#ending = ending()
    return this.#goOn(this.#ending)
  }

  #goOn(ending: Iterator<unknown>): boolean {
    const { clock } = this.#init
    const end = clock.monotonic() + READING
    for (let steps = 0; steps < MAX_CHANGES && clock.monotonic() <= end; steps++) {
      if (ending.next().done !== true) continue
      this.#ending = undefined
      break
    }
    return this.#hasWork
  }

  #step(file: string): boolean {
    const { durable, log } = this.#init
    try {
      this.#job ??= this.#begin(file)
      return this.#job !== undefined && this.#advance(this.#job)
    } catch (error) {
      this.close()
      durable.giveUpSalvage(file)
      log.error(
        `the damaged history is not salvaged: ${describeError(error)}; the next start tries it again`,
        { aside: file }
      )
      return true
    }
  }

  /** @returns undefined where the new history cannot be read now */
  #begin(file: string): Job | undefined {
    const from = this.#init.durable.read<SalvageProgress | undefined>(
      (store) => store.salvage.get(basename(file)),
      undefined
    )
    if (from === undefined) return undefined
    const rows = new CheckedRows(this.#init)
    const steps = from.phase === 'done' ? nothing() : salvage(file, rows, from)
    return { file, rows, steps, taken: [], failures: 0, counts: undefined, sum: { saved: 0, lost: 0 } }
  }

  #advance(job: Job): boolean {
    const { clock, durable } = this.#init
    const end = clock.monotonic() + READING
    const isDue = (): boolean => job.taken.length >= MAX_CHANGES || clock.monotonic() > end
    if (job.counts !== undefined) return this.#count(job, job.counts, isDue)
    let isDone = false
    while (!isDone && !isDue()) {
      const step = job.steps.next()
      isDone = step.done === true
      if (step.value !== undefined) job.taken.push(step.value)
    }
    if (!this.#write(job)) return false
    if (isDone) job.counts = job.rows.compare((work, otherwise) => durable.read(work, otherwise))
    return true
  }

  #write(job: Job): boolean {
    const { durable } = this.#init
    const { taken, file } = job
    if (taken.length === 0) return true
    const progress = taken.findLast((one) => one.progress !== undefined)?.progress
    const wasOk = durable.state === 'ok'
    const isWritten = durable.write((store) => {
      for (const { change } of taken) change(store)
      if (progress !== undefined) store.salvage.set(basename(file), progress)
    })
    if (isWritten) job.taken = []
    job.failures = isWritten ? 0 : job.failures + (wasOk ? 1 : 0)
    if (job.failures >= MAX_FAILURES) throw new Error(`what it holds cannot be written: ${durable.error}`)
    return isWritten
  }

  #count(job: Job, counts: Generator<Salvaged, void>, isDue: () => boolean): boolean {
    while (!isDue()) {
      const { done, value } = counts.next()
      if (done === true) return this.#end(job)
      job.sum = added(job.sum, value)
    }
    return true
  }

  #end({ file, sum: { saved, lost } }: Job): boolean {
    const { durable, log } = this.#init
    if (!durable.write((store) => store.salvage.set(basename(file), { phase: 'done', at: 0 }))) return false
    this.#job = undefined
    this.#salvaged = added(this.#salvaged, { saved, lost })
    const rest = lost === 0 ? 'no loss was found' : `at least ${lost} are lost`
    durable.endSalvage(file).then(
      (aside) => log.warn(`${saved} readings of the damaged history were salvaged, ${rest}`, { aside }),
      (error) => log.warn(`a salvaged history cannot be renamed: ${describeError(error)}`, { aside: file })
    )
    return true
  }
}

function* nothing(): Generator<undefined, void> {}

function added(a: Salvaged, b: Salvaged): Salvaged {
  return { saved: a.saved + b.saved, lost: a.lost + b.lost }
}
