import { pad } from './text-width.ts'

export interface PlotPoint {
  /** Seconds, on the horizontal axis. */
  readonly at: number
  readonly value: number
  /** Whether no reading is missing since the previous point: then a line joins them. */
  readonly joined: boolean
}

export interface PlotOptions {
  /** Columns in all. */
  readonly width: number
  /** Lines of the curve. */
  readonly height: number
  /** A value as the vertical axis shows it. */
  label(value: number): string
  /** Seconds as the horizontal axis shows them, both ends in `columns`. */
  axis(at: number, columns: number): string
  /** Signs of one character below the curve; of several in one column the last is shown. */
  readonly marks?: readonly PlotMark[]
}

export interface PlotMark {
  /** Seconds, as of a point. */
  readonly at: number
  readonly sign: string
}

/** Dots of a braille character (Unicode U+2800: bits by dot 1 2 3 7 on the left, 4 5 6 8 on the right). */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80]
] as const

/** A curve in braille dots, two across and four down a character, with its axes. */
export function plot(points: readonly PlotPoint[], options: PlotOptions): string[] {
  const [first, last] = extent(points.map((point) => point.at))
  const [low, high] = extent(points.map((point) => point.value))
  const { height, label } = options
  const labels = Array.from({ length: height }, (_, row) =>
    row === 0 || row === height - 1 || row === Math.floor(height / 2)
      ? label(high - ((high - low) * row) / Math.max(1, height - 1))
      : ''
  )
  const margin = Math.max(...labels.map((text) => text.length))
  const columns = Math.max(10, options.width - margin - 2)
  const cells = Array.from({ length: height }, () => new Uint8Array(columns))
  const dots = points.map(({ at, value }) => ({
    x: share(at, first, last) * (columns * 2 - 1),
    y: (1 - share(value, low, high)) * (height * 4 - 1)
  }))
  for (const [i, dot] of dots.entries()) line(cells, (points[i]?.joined && dots[i - 1]) || dot, dot)
  const curve = cells.map((row, i) => `${pad(labels[i] ?? '', margin, 'right')} ┤${braille(row)}`.trimEnd())
  const from = options.axis(first, columns)
  const to = options.axis(last, columns)
  const axis = `${from}${' '.repeat(Math.max(2, columns - from.length - to.length))}${to}`
  const indent = ' '.repeat(margin + 2)
  const signs = signLine(options.marks ?? [], columns, (at) => share(at, first, last))
  return [...curve, ...signs.map((line) => `${indent}${line}`), `${indent}${axis}`]
}

/** The line of the marks that lie within the axis; none where there are none. */
function signLine(marks: readonly PlotMark[], columns: number, shareOf: (at: number) => number): string[] {
  const line = Array<string>(columns).fill(' ')
  for (const { at, sign } of marks) {
    const share = shareOf(at)
    if (share >= 0 && share <= 1) line[Math.round(share * (columns - 1))] = sign
  }
  const text = line.join('').trimEnd()
  return text === '' ? [] : [text]
}

interface Dot {
  readonly x: number
  readonly y: number
}

/** Sets the dots from one to the other, both included. */
function line(cells: readonly Uint8Array[], from: Dot, to: Dot): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y))))
  for (let step = 0; step <= steps; step++) {
    const x = Math.round(from.x + ((to.x - from.x) * step) / steps)
    const y = Math.round(from.y + ((to.y - from.y) * step) / steps)
    const row = cells[y >> 2]
    if (row !== undefined) row[x >> 1] = (row[x >> 1] ?? 0) | (DOTS[y & 3]?.[x & 1] ?? 0)
  }
}

function braille(row: Uint8Array): string {
  return Array.from(row, (dots) => (dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots))).join('')
}

/** Minimum and maximum. Not by Math.min(...numbers): a million arguments overflow the stack. */
export function extent(numbers: readonly number[]): [min: number, max: number] {
  return numbers.reduce<[number, number]>(
    ([min, max], number) => [Math.min(min, number), Math.max(max, number)],
    [Infinity, -Infinity]
  )
}

/** Where a value lies between two: 0 to 1, half the way where both are one. */
export function share(value: number, from: number, to: number): number {
  return from === to ? 0.5 : (value - from) / (to - from)
}

/** The bars of a sparkline, lowest first. */
const BARS = '▁▂▃▄▅▆▇█'

/** The numbers as bars between minimum and maximum; equal numbers give the middle bar. */
export function sparkline(numbers: readonly number[]): string {
  const min = Math.min(...numbers)
  const range = Math.max(...numbers) - min
  return numbers
    .map((number) => BARS[range === 0 ? 3 : Math.round(((number - min) / range) * (BARS.length - 1))])
    .join('')
}
