import { formatDuration } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { sparkline } from '../terminal/plot.ts'
import { cut, pad, textWidth } from '../terminal/text-width.ts'
import { tailOf } from '../views/peers-table.ts'
import { ageText, remark, shownValue, stateStyle } from '../views/series-cells.ts'
import type { Group, Row } from './groups.ts'
import type { Watched } from './watch-state.ts'

export interface ListOptions {
  readonly width: number
  readonly ansi: AnsiStyle
  /** Clock.monotonic(). */
  readonly now: number
  /** Key of the row that is marked. */
  readonly selected?: string | undefined
}

/** A line of the list, drawn when it is shown. */
export interface ListLine {
  /** That of its row; none for a heading. */
  readonly key?: string
  draw(): string
}

const GAP = 2
const MARK = '> '
/** Of an age such as `0.4 s ago` or `59 min ago`, so that columns stay where they are. */
const AGE_WIDTH = 10
/** Bars of a sparkline: at most, and fewer only where the trend has no place either. */
const SPARK = 24
const SPARK_WITH_TREND = 8
/** Bars below which a sparkline says nothing. */
const SPARK_LEAST = 4

/** Every author with its series: value, sparkline, age and trend; or why it is stale; or its fault. */
export function listLines(groups: readonly Group[], options: ListOptions): ListLine[] {
  const layout = layoutOf(groups, options)
  return groups.flatMap((group): ListLine[] => [
    { draw: () => heading(group, options) },
    ...group.rows.map((row) => ({ key: row.key, draw: () => rowLine(row, layout, options) }))
  ])
}

/** Names are the peers' own choice where they are not in the book: then with the tail of the PeerId, which is not. */
function heading({ who, peer, known, shared }: Group, { width, ansi }: ListOptions): string {
  const name = sanitize(who, 64)
  const tail = tailOf(peer)
  const label = (!known || shared) && !name.includes(tail) ? `${name} ${tail}` : name
  if (known) return ansi(cut(label, width), 'bold')
  const note = '  not in the book'
  return cut(label, Math.max(0, width - note.length)) + ansi(note, 'yellow')
}

interface Layout {
  readonly name: number
  readonly value: number
  readonly age: number
  readonly spark: number
  readonly trend: number
}

/** First the trend goes, then the sparkline becomes shorter and goes, then the age. */
function layoutOf(groups: readonly Group[], { width }: ListOptions): Layout {
  const rows = groups.flatMap(({ rows }) => rows)
  const name = Math.min(
    widest(rows.map((row) => sanitize(row.name, 64))),
    Math.max(12, Math.floor((width - MARK.length) * 0.4))
  )
  const left = width - MARK.length - name - GAP
  const value = Math.min(widest(rows.map(valueText)), Math.max(0, left))
  const age = left - value - GAP < AGE_WIDTH ? 0 : AGE_WIDTH
  const trend = widest(rows.map(({ watched }) => trendOf(watched)))
  const isTrailed = rows.some(({ watched }) => watched.trail.length > 1)
  const rest = age === 0 ? 0 : left - value - GAP - age
  const forSpark = rest - GAP - (trend > 0 ? GAP + trend : 0)
  if (isTrailed && forSpark >= SPARK_WITH_TREND)
    return { name, value, age, trend, spark: Math.min(SPARK, forSpark) }
  const alone = Math.min(SPARK, rest - GAP)
  return { name, value, age, trend: 0, spark: isTrailed && alone >= SPARK_LEAST ? alone : 0 }
}

function rowLine(row: Row, layout: Layout, options: ListOptions): string {
  const { width, ansi, now, selected } = options
  const { watched } = row
  const { view } = watched
  const isSelected = row.key === selected
  const name = pad(cut(sanitize(row.name, 64), layout.name), layout.name)
  const begin = `${isSelected ? MARK : ' '.repeat(MARK.length)}${isSelected ? ansi(name, 'inverse') : name}  `
  const style = stateStyle(view)
  const since = (now - watched.since) / 1000
  const left = width - MARK.length - layout.name - GAP
  if (view.state === 'fault') {
    const which = row.count > 1 ? `${row.count} series, ` : ''
    return begin + ansi(cut(which + remark(view, since), left), style)
  }
  const text = cut(valueText(row), layout.value)
  const value = pad('', layout.value - textWidth(text)) + ansi(text, style ?? 'bold')
  if (view.state === 'stale')
    return `${begin}${value}  ${ansi(cut(remark(view, since), left - layout.value - GAP), style)}`
  const bars = sparkline(watched.trail.slice(-layout.spark).map((point) => point.value))
  const parts = [
    begin + value,
    ...(layout.spark > 0 ? [pad(watched.trail.length > 1 ? bars : '', layout.spark)] : []),
    ...(layout.age > 0 ? [ansi(pad(ageText(ageOf(watched, now)), layout.age, 'right'), 'dim')] : []),
    ...(layout.trend > 0 ? [ansi(trendOf(watched), 'dim')] : [])
  ]
  return parts.join(' '.repeat(GAP)).trimEnd()
}

function valueText({ watched: { view } }: Row): string {
  return view.state === 'fault' ? '' : shownValue(view)
}

/** Seconds since it was measured. */
export function ageOf({ view, at }: Watched, now: number): number {
  return view.age + (now - at) / 1000
}

/** `+0.30 in 3 min`: from the oldest value of a full sparkline to the newest, with the decimals of the shown value. */
function trendOf({ view, trail }: Watched): string {
  const [first, last] = [trail.at(-SPARK) ?? trail.at(0), trail.at(-1)]
  if (view.state !== 'value' || typeof view.value === 'boolean') return ''
  if (first === undefined || last === undefined || first === last) return ''
  const decimals = /\.(\d+)/.exec(view.shown ?? '')?.[1]?.length ?? 0
  const change = (last.value - first.value).toFixed(decimals)
  const signed = Number(change) === 0 ? '±0' : change.startsWith('-') ? change : `+${change}`
  return `${signed} in ${formatDuration((last.at - first.at) / 1000)}`
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(textWidth))
}
