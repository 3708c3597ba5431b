import type { Clock } from '../../clock.ts'
import type { LevelWhen, RuleAction, RuleConfig, StateWhen } from '../../config/rules/rules.ts'
import { defined } from '../../defined.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { RuleFiring, RuleView } from '../api/outputs/rule-views.ts'
import { Condition, type Seen } from './condition.ts'
import { DayClock } from './day-clock.ts'
import { actionText, whenText } from './rule-text.ts'

export interface RuleInit {
  readonly clock: Clock
  readonly log: Log
  /** Unix seconds; undefined while the clock is unknown. */
  readonly time: () => number | undefined
  /** What a series is now. */
  readonly seen: (series: string) => Seen
  /** Does one thing. @throws why it could not */
  readonly perform: (action: RuleAction, signal: AbortSignal, rule: string) => Promise<void>
  readonly count: (what: 'fired' | 'failed' | 'tooFast' | 'missed' | 'retried') => void
}

interface Last extends Omit<RuleFiring, 'ago' | 'time'> {
  /** Clock.monotonic(). */
  readonly at: number
  readonly time: number | undefined
}

/** Milliseconds between two firings at a time of day, however long the interval is. */
const HALF_DAY = 43_200_000

/** One rule: whether it holds, and what it did. */
export class Rule {
  readonly config: RuleConfig
  readonly #init: RuleInit
  readonly #condition: Condition | undefined
  readonly #day: DayClock | undefined
  readonly #ended = new AbortController()
  /** Whether what holds now has been acted on. */
  #isDone = false
  /** Whether this time was held back because the last is too near. */
  #isHeld = false
  /** Firings that were held back since one that was not. */
  #held = 0
  #heldBefore = false
  #fired = 0
  #last: Last | undefined
  #isBusy = false
  /** Places in `then` of what failed last. */
  #failed: readonly number[] = []
  /** Clock.monotonic() of the last firing, or of the last try of what failed. */
  #triedAt: number | undefined

  constructor(config: RuleConfig, init: RuleInit) {
    this.config = config
    this.#init = init
    const { when } = config
    this.#condition = 'time' in when ? undefined : new Condition(when)
    this.#day = 'time' in when ? new DayClock(when) : undefined
  }

  /** The series that it is about. */
  get series(): string | undefined {
    return conditionOf(this.config)?.series
  }

  /** Looks at the series or the clock, and acts. */
  check(): void {
    if (this.#ended.signal.aborted) return
    if (this.#day !== undefined) this.#checkTime(this.#day)
    else if (this.#condition !== undefined) this.#checkSeries(this.#condition)
  }

  /** What runs is given up. */
  end(): void {
    this.#ended.abort(new Error('the rule is no more'))
  }

  view(): RuleView {
    const { name, when, then } = this.config
    const next = this.#day?.next
    return {
      name,
      when: whenText(when),
      does: then.map(actionText),
      state: this.#state(),
      fired: this.#fired,
      ...defined({
        last: this.#last && this.#viewLast(this.#last),
        next: next && next.at / 1000,
        note: next?.note,
        fault: this.#fault()
      })
    }
  }

  #checkTime(day: DayClock): void {
    const { time, log, count } = this.#init
    const seconds = time()
    const found = day.look(seconds === undefined ? undefined : seconds * 1000)
    if (found === undefined) return
    const { came, missed } = found
    const why = `it was ${new Date(came.at).toLocaleString()}${came.note === undefined ? '' : ` (${came.note})`}`
    // A time passes: one that is too early cannot wait. Between two days are 23 hours where the clock is put forward.
    const isTooEarly = this.#isBusy || this.#isWithin(Math.min(this.config.interval, HALF_DAY))
    if (!missed && !isTooEarly) {
      this.#fire(why)
      return
    }
    count('missed')
    const reason = missed ? 'the clock went past its time' : 'it fired just now'
    log.warn(`rule ${this.config.name} is left out: ${reason}`, { why })
  }

  #checkSeries(condition: Condition): void {
    const { clock, seen } = this.#init
    const now = clock.monotonic()
    condition.see(seen(this.series ?? ''), now)
    if (!condition.holds) {
      this.#isDone = false
      this.#isHeld = false
      return
    }
    if (!condition.isKnown) return
    const { repeat, interval } = this.config
    if (!this.#isDone || (repeat !== undefined && !this.#isWithin(repeat))) this.#tryToFire(condition.why)
    else if (this.#failed.length > 0 && !this.#isBusy && !this.#isWithin(interval, this.#triedAt))
      this.#retry()
  }

  /** One that comes before the interval is over waits for it, and is a fault; what runs is done first. */
  #tryToFire(why: string): void {
    const { log, count } = this.#init
    const { name, interval } = this.config
    if (this.#isWithin(interval)) {
      if (this.#isHeld) return
      this.#isHeld = true
      this.#held++
      count('tooFast')
      if (this.#held === 1 && !this.#heldBefore)
        log.warn(`rule ${name} would fire faster than its interval, and waits`, {
          why,
          interval: interval / 1000
        })
      return
    }
    if (this.#isBusy) return
    this.#heldBefore = this.#held > 0
    this.#held = 0
    this.#isHeld = false
    this.#isDone = true
    this.#fire(why)
  }

  /** Whether the last firing was less than so many milliseconds ago. */
  #isWithin(interval: number, last = this.#last?.at): boolean {
    return last !== undefined && this.#init.clock.monotonic() - last < interval
  }

  #fire(why: string): void {
    const { clock, time, log, count } = this.#init
    this.#fired++
    count('fired')
    log.info(`rule ${this.config.name} fires`, { why })
    const results: RuleFiring['results'] = []
    this.#last = { at: clock.monotonic(), time: time(), why, results }
    this.#begin([...this.config.then.keys()], results)
  }

  /** What failed is done again while the rule holds: the peer may have been away, or an output locked. */
  #retry(): void {
    this.#init.count('retried')
    this.#begin(this.#failed, this.#last?.results ?? [])
  }

  /** @param which places in `then`, where each has its result as well */
  #begin(which: readonly number[], results: RuleFiring['results']): void {
    this.#triedAt = this.#init.clock.monotonic()
    this.#failed = []
    this.#isBusy = true
    this.#act(which, results)
      .catch((error: unknown) => this.#init.log.error(`rule ${this.config.name}: ${describeError(error)}`))
      .finally(() => {
        this.#isBusy = false
      })
  }

  /** One after the other; one that fails does not keep the next from being done. */
  async #act(which: readonly number[], results: RuleFiring['results']): Promise<void> {
    const { log, perform, count } = this.#init
    for (const place of which) {
      const action = this.config.then[place]
      if (action === undefined) continue
      const does = actionText(action)
      try {
        await perform(action, this.#ended.signal, this.config.name)
        results[place] = { does }
      } catch (error) {
        if (this.#ended.signal.aborted) return
        count('failed')
        results[place] = { does, error: describeError(error) }
        this.#failed = [...this.#failed, place]
        log.warn(`rule ${this.config.name} could not ${does}: ${describeError(error)}`)
      }
    }
  }

  #state(): RuleView['state'] {
    if (this.#fault() !== undefined) return 'fault'
    if (this.#day !== undefined) return this.#day.next === undefined ? 'clock' : 'ready'
    if (this.#condition?.hasSeen !== true) return 'waiting'
    if (this.#condition.holds) return 'holds'
    return this.#condition.isPending ? 'pending' : 'ready'
  }

  #fault(): string | undefined {
    if (this.#held > 0 || this.#heldBefore)
      return 'it would fire faster than its interval: give it clear, for, or a longer interval'
    return this.#last?.results.find(({ error }) => error !== undefined)?.error
  }

  #viewLast({ at, time, why, results }: Last): RuleFiring {
    const ago = (this.#init.clock.monotonic() - at) / 1000
    return { time: time ?? null, ago, why, results: results.map((one) => ({ ...one })) }
  }
}

function conditionOf({ when }: RuleConfig): LevelWhen | StateWhen | undefined {
  return 'time' in when ? undefined : when
}
