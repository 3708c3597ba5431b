import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { formatDuration } from '../terminal/format-units.ts'
import { sparkline } from '../terminal/plot.ts'
import { seriesLines } from './series-lines.ts'
import type { Watched } from './watch-state.ts'

export interface WatchScreenOptions {
  readonly width: number
  readonly ansi: AnsiStyle
  /** Clock.monotonic(). */
  readonly now: number
}

/** The lines of `kith watch`; ages are computed for `now`. */
export function watchLines(watched: readonly Watched[], options: WatchScreenOptions): string[] {
  const { now } = options
  const rows = watched.map((each) => ({
    view: each.view,
    age: each.view.age + (now - each.at) / 1000,
    since: (now - each.since) / 1000,
    trail: each.trail.length > 1 ? sparkline(each.trail.map((point) => point.value)) : '',
    trend: trend(each)
  }))
  return seriesLines(rows, options)
}

/** `+0.30 in 3 min`: from the oldest to the newest value of the trail, with the decimals of the shown value. */
function trend({ view, trail }: Watched): string {
  const [first, last] = [trail.at(0), trail.at(-1)]
  if (first === undefined || last === undefined || first === last || typeof view.value === 'boolean')
    return ''
  const decimals = /\.(\d+)/.exec(view.shown ?? '')?.[1]?.length ?? 0
  const change = (last.value - first.value).toFixed(decimals)
  const signed = Number(change) === 0 ? '±0' : change.startsWith('-') ? change : `+${change}`
  return `${signed} in ${formatDuration((last.at - first.at) / 1000)}`
}
