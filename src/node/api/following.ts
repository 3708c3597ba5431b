import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { SealedCatalogue } from '../../protocol/gossip/index.ts'
import {
  type Backfill,
  BEGINNING,
  type Followed,
  type SubscriptionLimits,
  Subscriptions
} from '../../protocol/replication/index.ts'
import type { ReadingHub } from '../../reading/hub/reading-hub.ts'
import type { Position } from '../../reading/run.ts'

/** From where on: what comes, all that can be had, or one above the last position held of each series. */
export type Beginning = 'now' | 'beginning' | ReadonlyMap<string, Position>

export interface FollowingInit {
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly options: SubscriptionLimits
  readonly backfill: Backfill
  readonly hub: ReadingHub
  readonly matches: (series: string) => boolean
  readonly from: Beginning
  /** Series at a time. */
  readonly max: number
  /** Readings that may wait for the consumer; beyond, nothing is taken until it has caught up. */
  readonly queue: number
  /** Tells of catalogues as they come, the known ones first; returns the end of it. */
  readonly onCatalogue: (listener: (sealed: SealedCatalogue) => void) => () => void
  /** Tells of peers whose connection is new; returns the end of it. */
  readonly onConnect: (listener: (peer: string) => void) => () => void
}

/** Readings of others in order and each once, through losses and absences, until the signal aborts. */
export async function* follow(
  init: FollowingInit,
  signal: AbortSignal
): AsyncGenerator<Followed, void, void> {
  const waiting: Followed[] = []
  let wake = (): void => {}
  let paused = false
  const subscriptions = new Subscriptions({
    ...init,
    begin: (series) => {
      if (init.from === 'beginning') return BEGINNING
      return init.from === 'now' ? undefined : init.from.get(series)
    },
    deliver: (followed) => {
      waiting.push(followed)
      wake()
    }
  })
  const ends = [
    init.hub.subscribe({
      onSealed: ({ sealed }) => {
        paused ||= waiting.length > init.queue
        if (!paused) subscriptions.offer(sealed)
      }
    }),
    init.onCatalogue((sealed) => subscriptions.onCatalogue(sealed)),
    init.onConnect((peer) => subscriptions.returned(peer)),
    () => subscriptions.stop()
  ]
  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      const followed = waiting.shift()
      if (followed !== undefined) {
        yield followed
        continue
      }
      // What was left out while the consumer was slow is had from history.
      if (paused) {
        paused = false
        subscriptions.returned()
        continue
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    for (const end of ends) end()
  }
}
