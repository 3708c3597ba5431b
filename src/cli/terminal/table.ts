import type { AnsiStyle, Style } from './ansi-style.ts'
import { cut, pad, textWidth } from './text-width.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** If the terminal is too narrow, columns with the highest number are dropped first; without one it is kept. */
  readonly drop?: number
}

export interface Cell {
  readonly text: string
  readonly style?: Style | undefined
}

export interface TableOptions {
  /** Columns of the terminal; Infinity for a pipe. */
  readonly width: number
  readonly ansi: AnsiStyle
  /** Whether the titles are shown. */
  readonly head?: boolean
}

const GAP = '  '
/** Minimum width of a shortened column. */
const MIN_WIDTH = 8

/** Aligned rows below their titles. On a narrow terminal columns are dropped, then the widest ones shortened. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions
): string[] {
  const head = options.head ?? true
  const natural = columns.map((column, i) =>
    Math.max(head ? textWidth(column.title) : 0, ...rows.map((row) => textWidth(row[i]?.text ?? '')))
  )
  const kept = fitting(columns, natural, options.width)
  const widths = shrunk(
    kept.map((i) => natural[i] ?? 0),
    options.width
  )
  const line = (cells: readonly Cell[]): string => drawn(columns, kept, widths, cells, options.ansi)
  const titles = columns.map((column): Cell => ({ text: column.title, style: 'dim' }))
  return [...(head ? [line(titles)] : []), ...rows.map(line)]
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1)
}

/** The indices of the columns that are kept; empty columns are dropped first. */
function fitting(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  let kept = columns.map((_column, i) => i).filter((i) => natural[i] !== 0)
  const droppable = kept
    .filter((i) => columns[i]?.drop !== undefined)
    .sort((a, b) => (columns[b]?.drop ?? 0) - (columns[a]?.drop ?? 0))
  for (const i of droppable) {
    if (total(kept.map((k) => natural[k] ?? 0)) <= width) break
    kept = kept.filter((k) => k !== i)
  }
  return kept
}

/** Shortens the widest column until the total fits or every column has its minimum. */
function shrunk(widths: number[], width: number): number[] {
  const result = [...widths]
  for (let over = total(result) - width; over > 0; over = total(result) - width) {
    const widest = result.indexOf(Math.max(...result))
    const now = result[widest] ?? 0
    if (now <= MIN_WIDTH) break
    result[widest] = Math.max(MIN_WIDTH, now - over)
  }
  return result
}

function drawn(
  columns: readonly Column[],
  kept: readonly number[],
  widths: readonly number[],
  cells: readonly Cell[],
  ansi: AnsiStyle
): string {
  return kept
    .map((i, place) => {
      const cell = cells[i] ?? { text: '' }
      const text = cut(cell.text, widths[place] ?? 0)
      const last = place === kept.length - 1
      const align = columns[i]?.align ?? 'left'
      const space = ' '.repeat(Math.max(0, (widths[place] ?? 0) - textWidth(text)))
      const painted = ansi(text, cell.style)
      if (align === 'right') return space + painted
      return last ? painted : painted + space
    })
    .join(GAP)
    .trimEnd()
}

/** `key  value` lines with aligned values; a list takes one line per item. */
export function facts(
  entries: readonly (readonly [key: string, value: string | readonly string[] | undefined])[],
  ansi: AnsiStyle
): string[] {
  const shown = entries.filter(([, value]) => value !== undefined && value.length > 0)
  const width = Math.max(0, ...shown.map(([key]) => textWidth(key)))
  return shown.flatMap(([key, value = '']) =>
    [value].flat().map((item, i) => `  ${ansi(pad(i === 0 ? key : '', width), 'dim')}${GAP}${item}`)
  )
}
