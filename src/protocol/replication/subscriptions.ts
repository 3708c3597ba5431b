import { defined } from '../../defined.ts'
import type { Position } from '../../reading/run.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { SealedCatalogue } from '../gossip/catalogue-table.ts'
import { Subscription, type SubscriptionInit } from './subscription.ts'

export interface SubscriptionsInit extends Omit<SubscriptionInit, 'series' | 'from'> {
  /** Which series are followed: those of an author, of a purpose, of a quantity. */
  readonly matches: (series: string) => boolean
  /** The first position wanted of a series that comes up; the one that it comes up with unless given. */
  readonly begin: (series: string) => Position | undefined
  /** How many series at a time; what comes up beyond is not followed. */
  readonly max: number
}

/** Follows every series that matches, as it comes up in a pack or a catalogue. */
export class Subscriptions {
  readonly #init: SubscriptionsInit
  readonly #followers = new Map<string, Subscription>()

  constructor(init: SubscriptionsInit) {
    this.#init = init
  }

  /** Takes what came by any door. */
  offer(sealed: SealedReadings): void {
    for (const series of new Set(sealed.readings.map((reading) => reading.series)))
      this.#of(series)?.offer(sealed)
  }

  /** A catalogue tells what its author measures, and of a run that we may not have heard of. */
  heard({ catalogue: meta }: SealedCatalogue): void {
    for (const { name } of meta.series) this.#of(name)?.heard({ epoch: meta.epoch, boot: meta.boot, seq: 0 })
  }

  /** We, or this author, were away. */
  returned(author?: string): void {
    for (const [series, follower] of this.#followers)
      if (author === undefined || series.startsWith(`${author}/`)) follower.returned()
  }

  /** Where to go on after a restart, by series. */
  next(): Map<string, Position> {
    const entries = [...this.#followers].flatMap(([series, { next }]) =>
      next === undefined ? [] : [[series, next] as const]
    )
    return new Map(entries)
  }

  stop(): void {
    for (const follower of this.#followers.values()) follower.stop()
    this.#followers.clear()
  }

  #of(series: string): Subscription | undefined {
    const known = this.#followers.get(series)
    if (known !== undefined || !this.#init.matches(series) || this.#followers.size >= this.#init.max)
      return known
    const from = this.#init.begin(series)
    const follower = new Subscription({ ...this.#init, series, ...defined({ from }) })
    this.#followers.set(series, follower)
    if (from !== undefined) follower.returned()
    return follower
  }
}
