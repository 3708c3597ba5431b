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
  readonly perform: (action: RuleAction, signal: AbortSignal) => Promise<void>
  readonly count: (what: 'fired' | 'failed' | 'tooFast' | 'missed') => void
}

interface Last extends Omit<RuleFiring, 'ago' | 'time'> {
  /** Clock.monotonic(). */
  readonly at: number
  readonly time: number | undefined
}

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
    if (missed) {
      count('missed')
      log.warn(`rule ${this.config.name} is left out: the clock went past its time`, { why })
    } else this.#tryToFire(why)
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
    const { repeat } = this.config
    const since = this.#last === undefined ? Number.POSITIVE_INFINITY : now - this.#last.at
    if (!this.#isDone || (repeat !== undefined && since >= repeat)) this.#tryToFire(condition.why)
  }

  /** One that comes before the interval is over waits for it, and is a fault. */
  #tryToFire(why: string): void {
    const { clock, log, count } = this.#init
    const { name, interval } = this.config
    const now = clock.monotonic()
    if (this.#isBusy || (this.#last !== undefined && now - this.#last.at < interval)) {
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
    this.#heldBefore = this.#held > 0
    this.#held = 0
    this.#isHeld = false
    this.#isDone = true
    this.#fire(why, now)
  }

  #fire(why: string, now: number): void {
    const { time, log, count } = this.#init
    this.#fired++
    count('fired')
    log.info(`rule ${this.config.name} fires`, { why })
    const results: RuleFiring['results'] = []
    this.#last = { at: now, time: time(), why, results }
    this.#isBusy = true
    this.#act(results)
      .catch((error: unknown) => log.error(`rule ${this.config.name}: ${describeError(error)}`))
      .finally(() => {
        this.#isBusy = false
      })
  }

  /** One after the other; one that fails does not keep the next from being done. */
  async #act(results: RuleFiring['results']): Promise<void> {
    const { log, perform, count } = this.#init
    for (const action of this.config.then) {
      const does = actionText(action)
      try {
        await perform(action, this.#ended.signal)
        results.push({ does })
      } catch (error) {
        if (this.#ended.signal.aborted) return
        count('failed')
        results.push({ does, error: describeError(error) })
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
