import type { SeriesView } from '../../node/api/operations.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { type Column, table } from '../terminal/table.ts'
import { cut, pad, textWidth } from '../terminal/text-width.ts'
import { tailOf } from './peers-table.ts'
import { ageText, remark, seriesName, shownValue, signedText, stateStyle } from './series-cells.ts'

export interface SeriesRow {
  readonly view: SeriesView
  /** Seconds since it was measured. */
  readonly age: number
  /** Seconds that the fault or the staleness has lasted, if known. */
  readonly since?: number
}

const GAP = 2

const columns: readonly Column[] = [
  { title: 'AGE', align: 'right' },
  { title: 'SIGNED', drop: 1 }
]

/** One line per series: value, age and signature; or why it is stale; or its fault. */
export function seriesLines(
  rows: readonly SeriesRow[],
  { width, ansi }: { width: number; ansi: AnsiStyle }
): string[] {
  const names = namesOf(rows)
  const values = rows.map(({ view }) => (view.state === 'fault' ? '' : shownValue(view)))
  const nameWidth = Math.min(widest(names), Math.max(12, Math.floor(width / 2)))
  const valueWidth = widest(values)
  const rest = width - nameWidth - valueWidth - 2 * GAP
  const notes = freshNotes(rows, rest, ansi)
  const space = ' '.repeat(GAP)
  return rows.map((row, i) => {
    const { view } = row
    const style = stateStyle(view)
    const name = pad(cut(names[i] ?? '', nameWidth), nameWidth) + space
    if (view.state === 'fault')
      return name + ansi(cut(remark(view, row.since), width - nameWidth - GAP), style)
    const value = pad('', valueWidth - textWidth(values[i] ?? '')) + ansi(values[i] ?? '', style ?? 'bold')
    const note =
      view.state === 'stale' ? ansi(cut(remark(view, row.since), rest), style) : (notes.shift() ?? '')
    return `${name}${value}${space}${note}`.trimEnd()
  })
}

/** Age, signature and trend of the fresh series, aligned in columns. */
function freshNotes(rows: readonly SeriesRow[], width: number, ansi: AnsiStyle): string[] {
  const cells = rows
    .filter(({ view }) => view.state === 'value')
    .map(({ view, age }) => [
      { text: ageText(age), style: 'dim' } as const,
      { text: signedText(view), style: view.known ? 'green' : undefined } as const
    ])
  return table(columns, cells, { width, ansi, head: false })
}

/** Peers choose their own names: a name of several peers gets the tail of the PeerId. */
function namesOf(rows: readonly SeriesRow[]): string[] {
  const peersByName = new Map<string, Set<string>>()
  for (const { view } of rows)
    peersByName.set(view.who, (peersByName.get(view.who) ?? new Set()).add(view.peer))
  return rows.map(({ view }) => {
    const shared = (peersByName.get(view.who)?.size ?? 0) > 1
    return seriesName(shared ? { ...view, who: `${view.who}${tailOf(view.peer)}` } : view)
  })
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(textWidth))
}
