import type { Cancel, Clock } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Reading } from '../../reading/reading.ts'
import { comparePositions, type Position } from '../../reading/run.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { Backfill, BackfillTask } from './backfill.ts'
import type { SubscriptionLimits } from './limits.ts'
import { type Followed, ReorderBuffer } from './reorder-buffer.ts'

export interface SubscriptionInit {
  /** The whole series name. */
  readonly series: string
  /** The first position wanted: one above the last held; BEGINNING for all; the next that comes unless given. */
  readonly from?: Position
  readonly clock: Clock
  readonly log: Log
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly options: SubscriptionLimits
  readonly backfill: Pick<Backfill, 'ask'>
  /** Each reading once, in order; `lost` in place of those that will never come. */
  readonly deliver: (followed: Followed) => void
}

/** Follows one series: in order and each reading once, through losses, restarts and absences of either side. */
export class Subscription {
  readonly #init: SubscriptionInit
  readonly #sequence: ReorderBuffer
  readonly #ended = new AbortController()
  #timer: Cancel | undefined
  #asking = false
  /** Whether the author is still to be asked what came after all that we have. */
  #returned = false
  /** Milliseconds of the last back-off; 0 after success. */
  #backoff = 0
  /** Where and since when we wait. */
  #stuck: { at: Position; since: number } | undefined

  constructor(init: SubscriptionInit) {
    this.#init = init
    this.#sequence = new ReorderBuffer(init.series, init.options.waiting, init.from, (followed) =>
      this.#deliver(followed)
    )
  }

  /** The position that comes next: where to go on after a restart. */
  get next(): Position | undefined {
    return this.#sequence.next
  }

  /** Takes what came by any door. */
  offer(sealed: SealedReadings): void {
    this.#sequence.offer(sealed.readings)
    this.#look()
  }

  /** A catalogue tells of a position: `seq` 0 of a run that was not heard of before. */
  heard(position: Position): void {
    this.#sequence.heard(position)
    this.#look()
  }

  /** We, or the author, were away: something may have been missed without a trace. */
  returned(): void {
    if (this.#sequence.next === undefined) return
    this.#returned = true
    this.#backoff = 0
    this.#schedule(this.#init.options.min * this.#init.random())
  }

  stop(): void {
    this.#ended.abort(new Error('no longer followed'))
    this.#rest()
  }

  #look(): void {
    const { wait, min } = this.#init.options
    if (this.#sequence.missing === undefined) {
      this.#stuck = undefined
      if (!this.#returned) this.#rest()
      return
    }
    this.#stuckSince()
    if (this.#timer === undefined) this.#schedule(wait + min * this.#init.random())
  }

  /** Nothing is missing: the next hole is given its time anew. */
  #rest(): void {
    this.#timer?.()
    this.#timer = undefined
    this.#backoff = 0
  }

  #schedule(ms: number): void {
    if (this.#ended.signal.aborted || this.#asking) return
    this.#timer?.()
    this.#timer = this.#init.clock.after(ms, () => {
      this.#timer = undefined
      this.#ask().catch((error: unknown) => this.#init.log.error(`following: ${describeError(error)}`))
    })
  }

  /** One round of questions; what is then still missing is asked for again after a back-off. */
  async #ask(): Promise<void> {
    const from = this.#sequence.next
    if (this.#asking || from === undefined) return
    this.#asking = true
    const wasReturned = this.#returned
    this.#returned = false
    const answered = await this.#askFrom(from, wasReturned)
    this.#asking = false
    if (this.#ended.signal.aborted) return
    this.#giveUp()
    if (!answered) this.#returned ||= wasReturned
    if (answered || this.#sequence.next !== from) this.#backoff = 0
    if (this.#returned || this.#sequence.missing !== undefined) this.#schedule(this.#nextBackoff())
  }

  /**
   * @param toTheEnd whether everything is asked for, not only what is known to be missing
   * @returns whether the author told all that was asked for
   */
  async #askFrom(from: Position, toTheEnd: boolean): Promise<boolean> {
    const sequence = this.#sequence
    const head = sequence.head
    const isFilled = (): boolean => sequence.missing === undefined
    let full = false
    /** Up to here the author has told everything that it has. */
    let reach: Position | undefined
    sequence.listen()
    const task: BackfillTask = {
      series: this.#init.series,
      missing: toTheEnd ? { from } : (sequence.missing ?? { from }),
      noticed: this.#stuckSince(),
      told: (readings, byAuthor) => {
        full = !sequence.offer(readings)
        if (byAuthor && !full) reach = readings.map(after).reduce(later, reach)
      },
      gone: (before) => {
        reach = later(reach, before)
      },
      enough: () => this.#ended.signal.aborted || full || (!toTheEnd && isFilled()),
      done: isFilled
    }
    const answered = await this.#try(task)
    // The head was made before the author was asked: what it did not list before it is gone.
    if (answered && !full && head !== undefined) reach = later(reach, head)
    if (reach !== undefined) sequence.settle(reach)
    return answered && !full
  }

  /** @returns whether the author answered */
  async #try(task: BackfillTask): Promise<boolean> {
    try {
      return await this.#init.backfill.ask(task, this.#ended.signal)
    } catch (error) {
      if (!this.#ended.signal.aborted)
        this.#init.log.debug(`following ${task.series}: ${describeError(error)}`)
      return false
    }
  }

  /** @returns when the present hole was noticed */
  #stuckSince(): number {
    const at = this.#sequence.next
    const now = this.#init.clock.monotonic()
    if (at === undefined) return now
    if (this.#stuck?.at !== at) this.#stuck = { at, since: now }
    return this.#stuck.since
  }

  #giveUp(): void {
    const head = this.#sequence.head
    const tooLong = this.#init.clock.monotonic() - this.#stuckSince() >= this.#init.options.patience
    if (head !== undefined && tooLong) this.#sequence.settle(head)
  }

  #nextBackoff(): number {
    const { min, max } = this.#init.options
    this.#backoff = Math.min(max, Math.max(min, 2 * this.#backoff))
    return this.#backoff * (1 + this.#init.random() / 2)
  }

  #deliver(followed: Followed): void {
    if (this.#ended.signal.aborted) return
    try {
      this.#init.deliver(followed)
    } catch (error) {
      this.#init.log.error(`a follower of ${this.#init.series} failed: ${describeError(error)}`)
    }
  }
}

function after({ position }: Reading): Position {
  return { ...position, seq: position.seq + 1 }
}

function later(a: Position | undefined, b: Position): Position {
  return a === undefined || comparePositions(b, a) > 0 ? b : a
}
