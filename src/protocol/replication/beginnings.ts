import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import type { HeldRun, History } from '../../reading/history/history.ts'
import { comparePositions, type Position } from '../../reading/run.ts'
import type { Backfill, BackfillTask } from './backfill.ts'

export interface BeginningsInit {
  readonly clock: Clock
  readonly history: Pick<History, 'held'>
  readonly isConnected: (peer: string) => boolean
  readonly backfill: Pick<Backfill, 'refuses'>
  /** Authors asked at one time. */
  readonly lanes: number
  /** Milliseconds until an author that did not answer is asked again. */
  readonly max: number
  /** @returns whether the author answered */
  readonly ask: (task: BackfillTask) => Promise<boolean>
  readonly run: (work: () => Promise<void>) => void
}

/** Readings of the run that is heard first, and seconds before its epoch within which earlier runs began, that are asked for. */
const BACK = 86_400
/** Series of which it is remembered. */
const MAX_SERIES = 65_536
/** Authors that are being asked, or did not answer. */
const MAX_AUTHORS = 4096

/** What authors measured before they were first heard here: asked for once, of the author itself, at most a day back. */
export class Beginnings {
  readonly #init: BeginningsInit
  readonly #settled = new BoundedMap<string, true>(MAX_SERIES)
  /** Clock.monotonic() before which authors are not asked. */
  readonly #notBefore = new BoundedMap<string, number>(MAX_AUTHORS)
  #asking = 0

  constructor(init: BeginningsInit) {
    this.#init = init
  }

  /** What came before is not asked for: the history had some of the series at the start, and may have deleted the rest. */
  settle(series: string): void {
    this.#settled.set(series, true)
  }

  /** An author has connected: it is asked soon. */
  returned(author: string): void {
    this.#notBefore.delete(author)
  }

  /** Asks the first of these authors of whom something is to be asked. */
  look(authors: readonly string[], byAuthor: ReadonlyMap<string, readonly string[]>): void {
    const { isConnected, backfill, clock, lanes, max, run } = this.#init
    for (const author of authors) {
      if (this.#asking >= lanes) return
      const open = (byAuthor.get(author) ?? []).filter((series) => !this.#settled.has(series))
      if (open.length === 0 || !isConnected(author) || backfill.refuses(author)) continue
      if ((this.#notBefore.get(author) ?? -Infinity) > clock.monotonic()) continue
      this.#notBefore.set(author, clock.monotonic() + max)
      this.#asking += 1
      run(() =>
        this.#askAll(author, open).finally(() => {
          this.#asking -= 1
        })
      )
    }
  }

  async #askAll(author: string, open: readonly string[]): Promise<void> {
    for (const series of open) if (!(await this.#ask(series))) return
    this.#notBefore.delete(author)
  }

  /** @returns whether the author answered: the series is settled */
  async #ask(series: string): Promise<boolean> {
    const { clock, history, ask } = this.#init
    const first = oldestOf(history.held(series))
    if (first === undefined) {
      this.settle(series)
      return true
    }
    let isReached = false
    const answered = await ask({
      series,
      missing: { from: backFrom(first) },
      noticedAt: clock.monotonic(),
      // Backfill's `receive` stores them.
      onReadings: (readings) => {
        isReached ||= readings.some(({ position }) => comparePositions(position, first) >= 0)
      },
      onGone: () => undefined,
      shouldStop: () => isReached,
      isComplete: () => true,
      authorOnly: true
    })
    if (answered) this.settle(series)
    return answered
  }
}

function oldestOf(held: readonly HeldRun[]): Position | undefined {
  return held
    .flatMap(({ run, ranges }) => ranges.slice(0, 1).map(([seq]) => ({ ...run, seq })))
    .toSorted(comparePositions)[0]
}

/** An epoch is about the Unix time at which its run began (docs/protocols.md section 10, runs). */
function backFrom({ epoch, boot, seq }: Position): Position {
  if (seq > BACK) return { epoch, boot, seq: seq - BACK }
  return { epoch: Math.max(1, epoch - BACK), boot: '0000000000000000', seq: 0 }
}
