import { defined } from '../../defined.ts'
import type { Position } from '../../reading/run.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { SealedCatalogue } from '../gossip/index.ts'
import { Subscription, type SubscriptionInit } from './subscription.ts'

export interface SubscriptionsInit extends Omit<SubscriptionInit, 'series' | 'from'> {
  /** Which series are subscribed to: those of an author, of a purpose, of a quantity. */
  readonly matches: (series: string) => boolean
  /** The first position wanted of a series that appears; the one that it appears with unless given. */
  readonly begin: (series: string) => Position | undefined
  /** Series at a time; what appears beyond is left out. */
  readonly max: number
}

/** Subscribes to every series that matches when it appears in a pack or a catalogue. */
export class Subscriptions {
  readonly #init: SubscriptionsInit
  readonly #subscriptions = new Map<string, Subscription>()

  constructor(init: SubscriptionsInit) {
    this.#init = init
  }

  /** Takes verified readings, whatever carried them. */
  offer(sealed: SealedReadings): void {
    for (const series of new Set(sealed.readings.map((reading) => reading.series)))
      this.#of(series)?.offer(sealed)
  }

  /** A catalogue names the series of its author, and a run that may not be known yet. */
  onCatalogue({ catalogue: { series, epoch, boot } }: SealedCatalogue): void {
    for (const { name } of series) this.#of(name)?.noteExisting({ epoch, boot, seq: 0 })
  }

  /** This node or, where given, this author was away. */
  returned(author?: string): void {
    for (const [series, subscription] of this.#subscriptions)
      if (author === undefined || series.startsWith(`${author}/`)) subscription.returned()
  }

  stop(): void {
    for (const subscription of this.#subscriptions.values()) subscription.stop()
    this.#subscriptions.clear()
  }

  #of(series: string): Subscription | undefined {
    const known = this.#subscriptions.get(series)
    if (known !== undefined || !this.#init.matches(series) || this.#subscriptions.size >= this.#init.max)
      return known
    const from = this.#init.begin(series)
    const subscription = new Subscription({ ...this.#init, series, ...defined({ from }) })
    this.#subscriptions.set(series, subscription)
    if (from !== undefined) subscription.returned()
    return subscription
  }
}
