import { isDeepStrictEqual } from 'node:util'
import { type Cancel, every } from '../../clock.ts'
import type { RuleConfig } from '../../config/rules/rules.ts'
import type { RuleView } from '../api/outputs/rule-views.ts'
import { Rule, type RuleInit } from './rule.ts'

export interface RulesInit extends Omit<RuleInit, 'count'> {
  /**
   * Calls `changed` after each reading of one of the series, as rules name them, until the returned function is called.
   */
  readonly watch: (series: readonly string[], changed: (series: string) => void) => Cancel
}

/** Milliseconds between two looks at what no reading tells: what goes stale, has lasted, or what time it is. */
const CHECK = 1000

/** The rules of this node. */
export class Rules {
  readonly #init: RuleInit
  readonly #watch: RulesInit['watch']
  readonly #counters = new Map<string, number>()
  #rules: readonly Rule[] = []
  #cancel: Cancel = () => {}
  #ended = false

  constructor(init: RulesInit) {
    this.#watch = init.watch
    this.#init = { ...init, count: (what) => this.#count(what) }
  }

  /** `fired`, `failed`, `retried`, `tooFast`, `missed`: since the start. */
  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters)
  }

  /** Takes other rules; one that is as it was goes on as it is. */
  update(configs: readonly RuleConfig[]): void {
    if (this.#ended) return
    const before = this.#rules
    this.#rules = configs.map(
      (config) =>
        before.find((rule) => isDeepStrictEqual(rule.config, config)) ?? new Rule(config, this.#init)
    )
    for (const rule of before) if (!this.#rules.includes(rule)) rule.end()
    this.#cancel()
    this.#cancel = this.#rules.length === 0 ? () => {} : this.#begin()
  }

  /** Ends all of them. */
  stop(): void {
    this.#ended = true
    this.#cancel()
    for (const rule of this.#rules) rule.end()
    this.#rules = []
  }

  views(): RuleView[] {
    return this.#rules.map((rule) => rule.view())
  }

  #begin(): Cancel {
    const { clock } = this.#init
    const series = new Set(this.#rules.map((rule) => rule.series).filter((one) => one !== undefined))
    const cancels = [
      every(clock, CHECK, () => this.#check(() => true)),
      this.#watch([...series], (one) => this.#check((rule) => rule.series === one))
    ]
    this.#check(() => true)
    return () => {
      for (const cancel of cancels) cancel()
    }
  }

  #check(which: (rule: Rule) => boolean): void {
    for (const rule of this.#rules) if (which(rule)) rule.check()
  }

  #count(what: string): void {
    this.#counters.set(what, (this.#counters.get(what) ?? 0) + 1)
  }
}
