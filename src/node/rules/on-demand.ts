import type { RuleConfig } from '../../config/rules/rules.ts'
import { OnDemand } from '../../on-demand.ts'
import type { Startable } from '../../startable.ts'
import type { RuleView } from '../api/outputs/rule-views.ts'
import type { Rules } from './rules.ts'

/** The rules, whose code is loaded with the first of them. */
export class RulesOnDemand implements Startable {
  readonly name = 'rules'
  readonly #configs: () => readonly RuleConfig[]
  readonly #part: OnDemand<Rules>
  readonly #warn: () => void
  #ended = false

  /** @param warn says what the rules name that is not there */
  constructor(configs: () => readonly RuleConfig[], make: () => Promise<Rules>, warn: () => void) {
    this.#configs = configs
    this.#warn = warn
    this.#part = new OnDemand(make)
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#part.made?.counters ?? {}
  }

  async start(): Promise<void> {
    await this.update()
  }

  /** Takes the rules as they are now. */
  async update(): Promise<void> {
    if (this.#part.made === undefined && this.#configs().length === 0) return
    const rules = await this.#part.get()
    if (this.#ended) return
    this.#warn()
    rules.update(this.#configs())
  }

  stop(): void {
    this.#ended = true
    this.#part.made?.stop()
  }

  views(): RuleView[] {
    return this.#part.made?.views() ?? []
  }
}
