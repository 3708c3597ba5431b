import { sanitize } from '../../../node/log/sanitize.ts'
import { extent, type PlotPoint, share } from '../../terminal/plot.ts'
import { localPeriod } from './local-period.ts'

/** A curve as it is drawn. */
export interface SvgCurve {
  readonly title: string
  readonly points: readonly PlotPoint[]
  /** Times of faults, and of readings whose time is an estimate. */
  readonly faults: readonly number[]
  readonly estimates: readonly number[]
  /** A value as the vertical axis shows it. */
  label(value: number): string
  /** A time as the horizontal axis shows it, with marks every so many seconds. */
  axis(at: number, every: number): string
  /** Whether times are Unix seconds, and not those since a start. */
  readonly timed: boolean
}

const WIDTH = 960
const HEIGHT = 260
const LEFT = 90
const RIGHT = 20
const TOP = 40
const BOTTOM = 50
/** Seconds between marks of the time: each is a period of local time. */
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
  604_800, 2_419_200, 31_536_000
]
const MAX_TIME_MARKS = 8
const VALUE_MARKS = 5

const STYLE = `
    svg { color-scheme: light dark; font: 12px system-ui, sans-serif; background: #fff; }
    text { fill: #333; } .title { font-size: 14px; font-weight: 600; }
    .grid { stroke: #ddd; } .curve { fill: none; stroke: #0b62a4; stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; }
    .fault { stroke: #c62828; stroke-width: 2; } .estimate { stroke: #b26a00; stroke-width: 2; }
    @media (prefers-color-scheme: dark) {
      svg { background: #161a1d; } text { fill: #d5d9dc; } .grid { stroke: #363c41; } .curve { stroke: #6db6f2; }
      .fault { stroke: #ff7b72; } .estimate { stroke: #e3b341; }
    }`

/** Curves below each other as one SVG document without a script or anything from outside. */
export function historySvg(curves: readonly SvgCurve[]): string {
  const height = HEIGHT * curves.length
  const names = curves.map(({ title }) => title).join(', ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    `  <title id="title">${escaped(names)}</title>`,
    `  <desc id="desc">${escaped(curves.map(described).join(' '))}</desc>`,
    `  <style>${STYLE}\n  </style>`,
    ...curves.map((curve, i) => `  <g transform="translate(0 ${i * HEIGHT})">\n${panel(curve)}\n  </g>`),
    '</svg>',
    ''
  ].join('\n')
}

/** What the picture shows, for those who do not see it. */
function described({ title, points, faults, label, axis }: SvgCurve): string {
  const [low, high] = extent(points.map(({ value }) => value))
  const [first, last] = extent(points.map(({ at }) => at))
  const every = stepOf(first, last)
  const broken = faults.length > 0 ? ' Faults are marked below the curve.' : ''
  return `${title}, from ${axis(first, every)} to ${axis(last, every)}: ${label(low)} to ${label(high)}.${broken}`
}

function panel(curve: SvgCurve): string {
  const { title, points, faults, estimates, label, axis } = curve
  const all = [...points.map(({ at }) => at), ...faults]
  const [first, last] = extent(all)
  const [low, high] = padded(extent(points.map(({ value }) => value)))
  const x = (at: number): string => round(LEFT + share(at, first, last) * (WIDTH - LEFT - RIGHT))
  const every = stepOf(first, last)
  const y = (value: number): string => round(TOP + (1 - share(value, low, high)) * (HEIGHT - TOP - BOTTOM))
  const bottom = HEIGHT - BOTTOM
  const marks = (times: readonly number[], name: string, from: number): string[] => {
    const columns = [...new Set(times.map((at) => Math.round(Number(x(at)))))]
    if (columns.length === 0) return []
    return [`<path class="${name}" d="${columns.map((at) => `M${at} ${from}v6`).join('')}"/>`]
  }
  return [
    `<text class="title" x="${LEFT}" y="24">${escaped(title)}</text>`,
    ...valueMarks(low, high).flatMap((value) => [
      `<path class="grid" d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}"/>`,
      `<text x="${LEFT - 8}" y="${y(value)}" dy="4" text-anchor="end">${escaped(label(value))}</text>`
    ]),
    ...timeMarks(first, last, every, curve.timed).flatMap((at) => [
      `<path class="grid" d="M${x(at)} ${TOP}V${bottom}"/>`,
      `<text x="${x(at)}" y="${bottom + 28}" text-anchor="middle">${escaped(axis(at, every))}</text>`
    ]),
    `<path class="curve" d="${points.map((point, i) => step(point, i, x, y)).join('')}"/>`,
    ...marks(faults, 'fault', bottom + 2),
    ...marks(estimates, 'estimate', bottom + 9)
  ]
    .map((line) => `    ${line}`)
    .join('\n')
}

/** A point that is not joined begins anew; alone it is a dot by its round ends. */
function step(
  { at, value, joined }: PlotPoint,
  index: number,
  x: (at: number) => string,
  y: (value: number) => string
): string {
  const place = `${x(at)} ${y(value)}`
  return index > 0 && joined ? `L${place}` : `M${place}h0`
}

function valueMarks(low: number, high: number): number[] {
  const rough = (high - low) / VALUE_MARKS
  const power = 10 ** Math.floor(Math.log10(rough))
  const size = ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power
  const first = Math.ceil(low / size)
  const count = Math.floor(high / size) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * size)
}

/** Seconds between marks. */
function stepOf(first: number, last: number): number {
  const range = last - first
  return STEPS.find((step) => range / step <= MAX_TIME_MARKS) ?? range / MAX_TIME_MARKS
}

/** Beginnings of periods of local time; those of times since a start are counted from the start. */
function timeMarks(first: number, last: number, every: number, timed: boolean): number[] {
  const marks: number[] = []
  let at = timed ? localPeriod(first, every).start : Math.floor(first / every) * every
  for (; at <= last && marks.length <= MAX_TIME_MARKS; at = timed ? localPeriod(at, every).end : at + every)
    if (at >= first) marks.push(at)
  return marks
}

/** Equal values get some room above and below. */
function padded([low, high]: readonly [number, number]): [number, number] {
  const room = high > low ? (high - low) * 0.05 : Math.max(Math.abs(low) * 0.05, 0.5)
  return [low - room, high + room]
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text of others: names of strangers are their choice. */
function escaped(text: string): string {
  return sanitize(text, 1000).replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
}
