import type { SeriesView } from '../../node/api/operations.ts'
import { seriesKey, type Watched } from './watch-state.ts'

/** One line of the list: a series, or those of one chip that have the same fault. */
export interface Row {
  /** Stays while its values change. */
  readonly key: string
  readonly name: string
  readonly watched: Watched
  /** Series that the line stands for. */
  readonly count: number
}

/** The lines of one author. */
export interface Group {
  readonly peer: string
  readonly who: string
  /** Whether it is in the book, or this node. */
  readonly known: boolean
  /** Whether another author of the list has the name, too. */
  readonly shared: boolean
  readonly rows: readonly Row[]
}

/**
 * The series by author: this node and those of the book first, each by name.
 * @param filter words that must all be found in the author, the series, its state or its fault
 */
export function grouped(all: readonly Watched[], filter = ''): Group[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all.filter(({ view }) => words.every((word) => searched(view).includes(word)))
  const byPeer = Map.groupBy(found, ({ view }) => view.peer)
  const names = Map.groupBy(byPeer.values(), ([first]) => first?.view.who ?? '')
  const groups = [...byPeer].map(([peer, series]): Group => {
    const view = series[0]?.view
    const who = view?.who ?? ''
    return {
      peer,
      who,
      known: view !== undefined && isKnown(view),
      shared: (names.get(who)?.length ?? 0) > 1,
      rows: rowsOf(series)
    }
  })
  return groups.sort(
    (a, b) => Number(b.known) - Number(a.known) || compare(a.who, b.who) || compare(a.peer, b.peer)
  )
}

function isKnown({ known, door }: SeriesView): boolean {
  return known || door === 'own'
}

function searched(view: SeriesView): string {
  const { who, series, state, fault, stale } = view
  const from = isKnown(view) ? '' : 'stranger'
  return `${who}/${series} ${state} ${fault?.text ?? ''} ${stale ?? ''} ${from}`.toLowerCase()
}

function rowsOf(series: readonly Watched[]): Row[] {
  const together = Map.groupBy(series, ({ view }) =>
    view.state === 'fault' ? `${view.device}\0${view.fault?.text}` : view.series
  )
  return [...together.values()]
    .flatMap((some): Row[] => {
      const [first] = some
      if (first === undefined) return []
      const name = some.length > 1 ? first.view.device : first.view.series
      return [{ key: seriesKey(first.view), name, watched: first, count: some.length }]
    })
    .sort((a, b) => compare(a.name, b.name))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
