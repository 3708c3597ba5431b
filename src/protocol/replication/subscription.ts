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

/** Delivers one series in order and each reading once, through losses, restarts and absences of either side. */
export class Subscription {
  readonly #init: SubscriptionInit
  readonly #buffer: ReorderBuffer
  readonly #ended = new AbortController()
  #timer: Cancel | undefined
  #asking = false
  /** Whether the author is still to be asked for what came after all that is held. */
  #returned = false
  /** Milliseconds of the last back-off; 0 after success. */
  #backoff = 0
  /** The position waited for, and since when. */
  #stuck: { at: Position; since: number } | undefined

  constructor(init: SubscriptionInit) {
    this.#init = init
    this.#buffer = new ReorderBuffer(init.series, init.options.waiting, init.from, (followed) =>
      this.#deliver(followed)
    )
  }

  /** Takes verified readings, whatever carried them. */
  offer(sealed: SealedReadings): void {
    this.#buffer.offer(sealed.readings)
    this.#look()
  }

  /** A position exists: `seq` 0 of a run that a catalogue names. */
  noteExisting(position: Position): void {
    this.#buffer.noteExisting(position)
    this.#look()
  }

  /** This node or the author was away: readings may have been missed without a gap showing. */
  returned(): void {
    if (this.#buffer.next === undefined) return
    this.#returned = true
    this.#backoff = 0
    this.#schedule(this.#init.options.min * this.#init.random())
  }

  stop(): void {
    this.#ended.abort(new Error('the subscription has ended'))
    this.#rest()
  }

  #look(): void {
    const { wait, min } = this.#init.options
    if (this.#buffer.missing === undefined) {
      this.#stuck = undefined
      if (!this.#returned) this.#rest()
      return
    }
    this.#stuckSince()
    if (this.#timer === undefined) this.#schedule(wait + min * this.#init.random())
  }

  /** Nothing is missing: the next gap waits from the beginning. */
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
      this.#ask().catch((error: unknown) => this.#init.log.error(`subscription: ${describeError(error)}`))
    })
  }

  /** One round of requests; what is then still missing is asked for again after a back-off. */
  async #ask(): Promise<void> {
    const from = this.#buffer.next
    if (this.#asking || from === undefined) return
    this.#asking = true
    const wasReturned = this.#returned
    this.#returned = false
    const answered = await this.#askFrom(from, wasReturned)
    this.#asking = false
    if (this.#ended.signal.aborted) return
    this.#giveUp()
    if (!answered) this.#returned ||= wasReturned
    if (answered || this.#buffer.next !== from) this.#backoff = 0
    if (this.#returned || this.#buffer.missing !== undefined) this.#schedule(this.#nextBackoff())
  }

  /**
   * @param toTheEnd whether everything is asked for, not only what is known to be missing
   * @returns whether the author answered with all that was asked for
   */
  async #askFrom(from: Position, toTheEnd: boolean): Promise<boolean> {
    const buffer = this.#buffer
    const head = buffer.head
    const isFilled = (): boolean => buffer.missing === undefined
    let full = false
    /** Up to here the author has sent everything that it has. */
    let reach: Position | undefined
    buffer.beginAnswer()
    const task: BackfillTask = {
      series: this.#init.series,
      missing: toTheEnd ? { from } : (buffer.missing ?? { from }),
      noticedAt: this.#stuckSince(),
      onReadings: (readings, byAuthor) => {
        full = !buffer.offer(readings)
        if (byAuthor && !full) reach = readings.map(after).reduce(later, reach)
      },
      onGone: (before) => {
        reach = later(reach, before)
      },
      shouldStop: () => this.#ended.signal.aborted || full || (!toTheEnd && isFilled()),
      isComplete: isFilled
    }
    const answered = await this.#try(task)
    // The head existed before the author was asked: what the author left out before it is lost.
    if (answered && !full && head !== undefined) reach = later(reach, head)
    if (reach !== undefined) buffer.settle(reach)
    return answered && !full
  }

  /** @returns whether the author answered */
  async #try(task: BackfillTask): Promise<boolean> {
    try {
      return await this.#init.backfill.ask(task, this.#ended.signal)
    } catch (error) {
      if (!this.#ended.signal.aborted)
        this.#init.log.debug(`subscription to ${task.series}: ${describeError(error)}`)
      return false
    }
  }

  /** @returns when the present gap was noticed */
  #stuckSince(): number {
    const at = this.#buffer.next
    const now = this.#init.clock.monotonic()
    if (at === undefined) return now
    if (this.#stuck?.at !== at) this.#stuck = { at, since: now }
    return this.#stuck.since
  }

  #giveUp(): void {
    const head = this.#buffer.head
    const tooLong = this.#init.clock.monotonic() - this.#stuckSince() >= this.#init.options.giveUpAfter
    if (head !== undefined && tooLong) this.#buffer.settle(head)
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
      this.#init.log.error(`a subscriber of ${this.#init.series} failed: ${describeError(error)}`)
    }
  }
}

function after({ position }: Reading): Position {
  return { ...position, seq: position.seq + 1 }
}

function later(a: Position | undefined, b: Position): Position {
  return a === undefined || comparePositions(b, a) > 0 ? b : a
}
