import type { PairStep } from '../../node/api/access/pairing-views.ts'
import type { SensorView, SeriesView, Status } from '../../node/api/operations.ts'
import { formatDuration } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { facts } from '../terminal/table.ts'
import { unownedLines } from './pairing.ts'
import { remark, shownValue, stateStyle, timeText } from './series-cells.ts'

/** Columns of the labels before the values. */
const LABELS = 13

/** The text of a node's start: who it is, and the next command. */
export function startBlock(
  status: Status,
  options: {
    ansi: AnsiStyle
    byNpm: boolean
    /** Columns of the terminal. */
    width: number
    /** A code for the first owner, and the time now in Unix seconds. */
    code?: { readonly step: Extract<PairStep, { code: string }>; readonly now: number } | undefined
  }
): string[] {
  const { ansi, byNpm, code, width } = options
  const kith = byNpm ? 'npm run kith --' : 'kith'
  return [
    `${ansi(sanitize(status.name, 64), 'bold')} is up, kith ${status.version} on ${status.world} hardware`,
    '',
    ...facts(
      [
        ['PeerId', status.peer],
        ['addresses', fitting(status.addresses, width)],
        ['sensors', status.sensors.length === 0 ? 'none configured' : status.sensors.map(sensorText)],
        ['home', status.home ?? undefined]
      ],
      ansi
    ),
    '',
    `  ${ansi('In a second terminal, on this or another machine of the network, run', 'dim')}`,
    `      ${ansi(`${kith} watch`, 'bold')}`,
    ...(code === undefined ? [] : ownerLines(code, status.name, kith, ansi)),
    `  ${ansi('Ctrl-C stops this node.', 'dim')}`,
    ''
  ]
}

function ownerLines(
  { step, now }: { readonly step: Extract<PairStep, { code: string }>; readonly now: number },
  self: string,
  kith: string,
  ansi: AnsiStyle
): string[] {
  const [text = '', command = ''] = unownedLines(step, self, now, kith)
  return [`  ${ansi(text, 'dim')}`, `      ${ansi(command, 'bold')}`]
}

/** Without the PeerId, which stands above them, where a line would be too long; `kith id` has them whole. */
function fitting(addresses: readonly string[], width: number): string[] {
  const isTooLong = addresses.some((address) => address.length > width - LABELS)
  return addresses.map((address) => (isTooLong ? address.replace(/\/p2p\/[^/]+$/, '') : address))
}

function sensorText({ name, type, place, interval }: SensorView): string {
  return `${name}: ${type}, ${place}, every ${formatDuration(interval)}`
}

/** `2026-11-23 21:56:41  air/temperature  21.48 °C` */
export function ownReadingLine(view: SeriesView, ansi: AnsiStyle): string {
  const value = view.state === 'value' ? shownValue(view) : remark(view)
  const time = ansi(timeText(view.time, view.quality), 'dim')
  return `${time}  ${sanitize(view.series, 80)}  ${ansi(value, stateStyle(view) ?? 'bold')}`
}
