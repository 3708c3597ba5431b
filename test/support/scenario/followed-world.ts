import { defined } from '../../../src/defined.ts'
import { NodeError } from '../../../src/error.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import {
  Backfill,
  type HistoryItem,
  type HistoryQuestion
} from '../../../src/protocol/replication/backfill.ts'
import { BackfillQueue } from '../../../src/protocol/replication/backfill-queue.ts'
import type { SubscriptionLimits } from '../../../src/protocol/replication/limits.ts'
import { ProviderTable } from '../../../src/protocol/replication/provider-table.ts'
import type { Lost } from '../../../src/protocol/replication/reorder-buffer.ts'
import { Subscription } from '../../../src/protocol/replication/subscription.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { comparePositions, type Position, sameRun } from '../../../src/reading/run.ts'
import type { SealedReadings } from '../../../src/reading/signed/sealed.ts'
import { formatPosition, readingOf, seeded, testSigner } from '../readings.ts'

export const author = testSigner().peer
export const provider = testSigner(9).peer
const series = `${author}/hall/temperature`
const FIRST_EPOCH = 1_790_000_000

const options: SubscriptionLimits = {
  wait: 2000,
  min: 1000,
  max: 300_000,
  giveUpAfter: 3_600_000,
  waiting: 64
}

/** An author, a store beside it and a subscription, joined by a bad network, in virtual time. */
export class FollowedWorld {
  readonly clock = new VirtualClock()
  readonly random: () => number
  readonly made: Reading[] = []
  /** What each still holds, ascending. */
  readonly held = new Map<string, Reading[]>([
    [author, []],
    [provider, []]
  ])
  /** Who can be reached, and hears us. */
  readonly up = new Set([author, provider])
  readonly delivered: Reading[] = []
  readonly lost: Lost[] = []
  /** Who was asked for what. */
  readonly asked: { peer: string; question: HistoryQuestion }[] = []
  /** How likely an answer breaks off at an item. */
  breaks = 0
  readonly providers = new ProviderTable({ authors: 8, perAuthor: 4 })
  readonly subscription: Subscription
  #position: Position = { epoch: FIRST_EPOCH, boot: '0011223344556677', seq: 0 }

  constructor(seed: number, changes: Partial<SubscriptionLimits> & { from?: Position } = {}) {
    const { from, ...tuning } = changes
    this.random = seeded(seed)
    const { clock, random } = this
    const queue = new BackfillQueue(clock, { concurrent: 2, spacing: 50, waiting: 16 })
    const backfill = new Backfill({
      clock,
      log: silentLog,
      queue,
      source: { history: (peer, question, signal) => this.#answer(peer, question, signal) },
      providers: this.providers,
      others: () => [provider],
      max: 3,
      silence: 5000,
      fruitless: 60_000,
      receive: () => undefined
    })
    this.subscription = new Subscription({
      series,
      ...defined({ from }),
      clock,
      log: silentLog,
      random,
      options: { ...options, ...tuning },
      backfill,
      deliver: ({ reading, lost }) => {
        if (lost === undefined) this.delivered.push(reading)
        else this.lost.push(lost)
      }
    })
  }

  /** The author measures; both others may hear of it at once. */
  make(): Reading {
    const reading = readingOf(author, { series, position: this.#position })
    this.#position = { ...this.#position, seq: this.#position.seq + 1 }
    this.made.push(reading)
    this.heldBy(author).push(reading)
    return reading
  }

  restart(): void {
    const epoch = this.#position.epoch + 1
    this.#position = { epoch, boot: epoch.toString(16).padStart(16, '0'), seq: 0 }
  }

  heldBy(peer: string): Reading[] {
    return this.held.get(peer) ?? []
  }

  offer(...readings: Reading[]): void {
    this.subscription.offer(packOf(readings))
  }

  positions(readings: readonly Reading[] = this.delivered): string[] {
    return readings.map(({ position }) => formatPosition(position))
  }

  async *#answer(peer: string, question: HistoryQuestion, signal: AbortSignal): AsyncGenerator<HistoryItem> {
    this.asked.push({ peer, question })
    const { from, to } = question
    let wanted = this.heldBy(peer).filter(
      ({ position }) =>
        (from === undefined || comparePositions(position, from) >= 0) &&
        (to === undefined || (from !== undefined && sameRun(position, from) && position.seq <= to))
    )
    do {
      await this.clock.sleep(20 + 200 * this.random(), signal)
      if (!this.up.has(peer) || this.random() < this.breaks)
        throw new NodeError('link-broken', `${peer} is away`, { remedy: 'retry' })
      const count = 1 + Math.floor(16 * this.random())
      const item = wanted.slice(0, count)
      wanted = wanted.slice(count)
      if (item.length > 0) yield { sealed: packOf(item) }
    } while (wanted.length > 0)
  }
}

function packOf(readings: Reading[]): SealedReadings {
  return { kind: 'pack', topic: '/sensor/temp/v1', author, bytes: new Uint8Array(), readings }
}
