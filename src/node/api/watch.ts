import { type Clock, every } from '../../clock.ts'
import { Notifier } from '../../notifier.ts'
import type { OnConnectSync } from '../peers/on-connect-sync.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { Selection } from '../peers/selection.ts'
import type { LatestViews } from './latest-views.ts'
import type { SeriesView, WatchRequest } from './operations.ts'

/** Reports that something was added to the hub. */
export interface NewReadings {
  subscribe(changed: () => void): () => void
}

export interface WatchInit {
  readonly clock: Clock
  readonly resolver: PeerResolver
  readonly onConnectSync: Pick<OnConnectSync, 'want'>
  /** Subscribes to every topic until the returned function is called. */
  readonly listen: () => () => void
  readonly views: LatestViews
  readonly news: NewReadings
}

/** Milliseconds between checks for what became stale. */
const CHECK = 1000

/**
 * First the latest of all that matches, then each change. A consumer that is slower than the readings
 * gets the newest of each series: no reading is queued.
 */
export async function* watch(
  init: WatchInit,
  request: WatchRequest,
  signal: AbortSignal
): AsyncGenerator<SeriesView, void, void> {
  const notifier = new Notifier()
  const notify = (): void => notifier.notify()
  const release: (() => void)[] = []
  signal.addEventListener('abort', notify)
  try {
    release.push(init.listen())
    release.push(init.onConnectSync.want())
    release.push(init.news.subscribe(notify))
    release.push(every(init.clock, CHECK, notify))
    const selections = await selectAll(init.resolver, request, signal)
    const changes = new Changes()
    while (!signal.aborted) {
      const views = init.views.views((series) => selections.some((one) => one.matches(series)))
      for (const view of changes.of(views)) {
        if (signal.aborted) return
        yield view
      }
      await notifier.wait()
    }
  } finally {
    signal.removeEventListener('abort', notify)
    for (const end of release) end()
  }
}

/** Which views differ from those of the last check. */
class Changes {
  /** Marks by series, of those alone that the hub held at the last check: the hub bounds them. */
  #shown: ReadonlyMap<string, string> = new Map()

  of(views: readonly SeriesView[]): SeriesView[] {
    const before = this.#shown
    const now = new Map(views.map((view) => [`${view.peer}/${view.series}`, markOf(view)]))
    this.#shown = now
    return views.filter((view) => {
      const key = `${view.peer}/${view.series}`
      return before.get(key) !== now.get(key)
    })
  }
}

function markOf({ position, state, stale }: SeriesView): string {
  return `${position.epoch} ${position.boot} ${position.seq} ${state} ${stale}`
}

/** Peers that are named are dialled; of all others gossip brings readings. */
async function selectAll(
  resolver: PeerResolver,
  request: WatchRequest,
  signal: AbortSignal
): Promise<Selection[]> {
  if (request.who.length === 0) return [resolver.select(undefined, request.what)]
  return await Promise.all(
    request.who.map(async (who) => {
      const selection = await resolver.selectSoon(who, request.what, signal)
      for (const target of selection.targets ?? []) {
        if (!resolver.isSelf(target.peer)) resolver.connect(target, signal).catch(() => undefined)
      }
      return selection
    })
  )
}
