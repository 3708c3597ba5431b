import type { SeriesView } from '../../node/api/operations.ts'
import { formatDuration, localTime } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import type { Style } from '../terminal/ansi-style.ts'

type Valued = Pick<SeriesView, 'value' | 'shown' | 'unit'>

/** `hall/air/temperature` */
export function seriesName(view: Pick<SeriesView, 'who' | 'series'>): string {
  return sanitize(`${view.who}/${view.series}`, 120)
}

/** `21.48 °C`; empty without a value. */
export function shownValue(view: Valued): string {
  if (view.shown !== undefined) return sanitize(view.shown, 40)
  return view.value === undefined ? '' : `${view.value}${view.unit === null ? '' : ` ${view.unit}`}`
}

/** The number as shown, for sparklines and plots; undefined for faults. */
export function shownNumber(view: Valued): number | undefined {
  if (typeof view.value === 'boolean') return view.value ? 1 : 0
  const number = Number.parseFloat(view.shown ?? '')
  return Number.isNaN(number) ? view.value : number
}

const stateStyles: Readonly<Record<SeriesView['state'], Style | undefined>> = {
  value: undefined,
  fault: 'red',
  stale: 'yellow'
}

export function stateStyle(view: Pick<SeriesView, 'state'>): Style | undefined {
  return stateStyles[view.state]
}

/**
 * The text besides a value: `fault: … does not acknowledge, since 40 s`, `stale: …`.
 * @param since seconds that the state has lasted, if known
 */
export function remark(view: SeriesView, since?: number): string {
  const lasting = since === undefined ? '' : `since ${formatDuration(since)}`
  const parts =
    view.state === 'fault'
      ? [`fault: ${sanitize(view.fault?.text ?? 'no reason given')}`, lasting]
      : [`stale: ${view.stale === 'link' ? 'link down' : 'silent'} ${lasting}`.trimEnd(), lastText(view)]
  return view.state === 'value' ? '' : parts.filter((part) => part !== '').join(', ')
}

/** What a stale series was when it was last reported. */
function lastText({ fault }: SeriesView): string {
  return fault === undefined ? 'last value shown' : `last fault: ${sanitize(fault.text)}`
}

/** `0.4 s ago`; tenths below 10 s. */
export function ageText(seconds: number): string {
  return `${formatDuration(Math.max(0, seconds))} ago`
}

/** `2026-11-23 21:56:41`; `~` in front if it is estimated; `time unknown`; with a word if it has not come yet. */
export function timeText(time: number | null, quality: 0 | 1 | 2, isFuture = false): string {
  if (time === null || quality === 2) return 'time unknown'
  return `${quality === 1 ? '~' : ''}${localTime(time)}${isFuture ? ' (in the future)' : ''}`
}

/** `signed`: the signature fits the key; `known`: the key is in the book. The node's own readings need no remark. */
export function signedText({ known, door }: Pick<SeriesView, 'known' | 'door'>): string {
  return known && door !== 'own' ? 'signed, known' : 'signed'
}

/** One reading as one line for a pipe: time, series, value or fault, and `signed`, separated by tabs. */
export function seriesLine(view: SeriesView): string {
  const value = view.state === 'value' ? shownValue(view) : remark(view)
  return [timeText(view.time, view.quality, view.future), seriesName(view), value, signedText(view)].join(
    '\t'
  )
}

/** Formats numbers with the decimals and the unit of a shown value. */
export function labelLike(shown: string): (value: number) => string {
  const decimals = /\.(\d+)/.exec(shown)?.[1]?.length ?? 0
  const unit = /^-?[\d.]+( .*)$/.exec(shown)?.[1] ?? ''
  return (value) => `${value.toFixed(decimals)}${unit}`
}
