import { type Clock, every } from '../../clock.ts'
import type { Introductions } from '../introductions.ts'
import type { SeriesView, WatchRequest } from '../operations.ts'
import type { Reach } from '../reach.ts'
import type { Selection } from '../selection.ts'
import type { LatestViews } from './latest.ts'

/** Tells that something was added to the journal. */
export interface NewReadings {
  subscribe(changed: () => void): () => void
}

export interface WatchInit {
  readonly clock: Clock
  readonly reach: Reach
  readonly introductions: Pick<Introductions, 'want'>
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
  const release = [init.listen(), init.introductions.want()]
  const wake = new Wake()
  release.push(
    init.news.subscribe(() => wake.ring()),
    every(init.clock, LOOK, () => wake.ring())
  )
  const onAbort = (): void => wake.ring()
  signal.addEventListener('abort', onAbort)
  try {
    const selections = await selectAll(init.reach, request, signal)
    const shown = new Map<string, string>()
    while (!signal.aborted) {
      for (const view of init.views.views((series) => selections.some((one) => one.matches(series)))) {
        if (signal.aborted) return
        const key = `${view.peer}/${view.series}`
        const mark = `${view.position.epoch} ${view.position.boot} ${view.position.seq} ${view.state} ${view.stale}`
        if (shown.get(key) === mark) continue
        shown.set(key, mark)
        yield view
      }
      await wake.rung()
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    for (const end of release) end()
  }
}

/** Those who are named are connected with; everybody else is heard as far as gossip reaches. */
async function selectAll(reach: Reach, request: WatchRequest, signal: AbortSignal): Promise<Selection[]> {
  if (request.who.length === 0) return [reach.select(undefined, request.what)]
  return await Promise.all(
    request.who.map(async (who) => {
      const selection = await reach.selectSoon(who, request.what, signal)
      for (const target of selection.targets ?? []) {
        if (!reach.isSelf(target.peer)) reach.connect(target, signal).catch(() => undefined)
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
