import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { Notifier } from '../../notifier.ts'
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

/** Where to begin: with what comes next, with the oldest reading held anywhere, or after the given position of each series. */
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
  /** Readings that may wait for the consumer; beyond, no more are taken until none waits. */
  readonly queue: number
  /** Calls the listener with catalogues, the known ones first, until the returned function is called. */
  readonly onCatalogue: (listener: (sealed: SealedCatalogue) => void) => () => void
  /** Calls the listener with peers that connect, until the returned function is called. */
  readonly onConnect: (listener: (peer: string) => void) => () => void
}

/** Readings of others in order and each once, through losses and absences, until the signal aborts. */
export async function* follow(
  init: FollowingInit,
  signal: AbortSignal
): AsyncGenerator<Followed, void, void> {
  const waiting: Followed[] = []
  const notifier = new Notifier()
  let paused = false
  const subscriptions = new Subscriptions({
    ...init,
    begin: (series) => {
      if (init.from === 'beginning') return BEGINNING
      return init.from === 'now' ? undefined : init.from.get(series)
    },
    deliver: (followed) => {
      waiting.push(followed)
      notifier.notify()
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
  const onAbort = (): void => notifier.notify()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      const followed = waiting.shift()
      if (followed !== undefined) {
        yield followed
        continue
      }
      // What was left out while the consumer was slow comes from history.
      if (paused) {
        paused = false
        subscriptions.returned()
        continue
      }
      await notifier.wait()
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    for (const end of ends) end()
  }
}
