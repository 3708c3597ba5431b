import { type Clock, every } from '../../clock.ts'
import type { OnConnectSync } from '../peers/on-connect-sync.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { Selection } from '../peers/selection.ts'
import type { LatestViews } from './latest-views.ts'
import type { SeriesView, WatchRequest } from './operations.ts'

/** Tells that something was added to the journal. */
export interface NewReadings {
  subscribe(changed: () => void): () => void
}

export interface WatchInit {
  readonly clock: Clock
  readonly resolver: PeerResolver
  readonly onConnectSync: Pick<OnConnectSync, 'want'>
  /** Hears the topics of everybody until the returned function is called. */
  readonly listen: () => () => void
  readonly views: LatestViews
  readonly news: NewReadings
}

/** Milliseconds between looks for what became stale. */
const LOOK = 1000

/**
 * First the latest of all that matches, then each change. A consumer that is slower than the readings
 * sees the newest of each series: nothing is queued but what changed.
 */
export async function* watch(
  init: WatchInit,
  request: WatchRequest,
  signal: AbortSignal
): AsyncGenerator<SeriesView, void, void> {
  const wake = new Wake()
  const ring = (): void => wake.ring()
  const release: (() => void)[] = []
  signal.addEventListener('abort', ring)
  try {
    release.push(init.listen())
    release.push(init.onConnectSync.want())
    release.push(init.news.subscribe(ring))
    release.push(every(init.clock, LOOK, ring))
    const selections = await selectAll(init.resolver, request, signal)
    const changes = new Changes()
    while (!signal.aborted) {
      const views = init.views.views((series) => selections.some((one) => one.matches(series)))
      for (const view of changes.of(views)) {
        if (signal.aborted) return
        yield view
      }
      await wake.rung()
    }
  } finally {
    signal.removeEventListener('abort', ring)
    for (const end of release) end()
  }
}

/** Which views are other than when they were last looked at. */
class Changes {
  /** Marks by series, of those alone that were there at the last look: the journal bounds them. */
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

/** Those who are named are connected with; everybody else is heard as far as gossip reaches. */
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

/** Any number of rings before somebody waits count as one. */
class Wake {
  #ringing = false
  #waiting: (() => void) | undefined

  ring(): void {
    this.#ringing = true
    this.#waiting?.()
  }

  async rung(): Promise<void> {
    if (!this.#ringing) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
    this.#ringing = false
    this.#waiting = undefined
  }
}
