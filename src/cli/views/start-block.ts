import type { SensorView, SeriesView, Status } from '../../node/api/operations.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { formatDuration } from '../terminal/format-units.ts'
import { facts } from '../terminal/table.ts'
import { remark, shownValue, stateStyle, timeText } from './series-cells.ts'

/** What a node says of itself when it begins, and what to type next. */
export function startBlock(status: Status, options: { ansi: AnsiStyle; byNpm: boolean }): string[] {
  const { ansi, byNpm } = options
  const kith = byNpm ? 'npm run kith --' : 'kith'
  return [
    `${ansi(sanitize(status.name, 64), 'bold')} is up, kith ${status.version} on ${status.world} hardware`,
    '',
    ...facts(
      [
        ['PeerId', status.peer],
        ['reached at', status.addresses],
        [
          'measures',
          status.sensors.length === 0 ? 'nothing: no sensors are configured' : status.sensors.map(sensorText)
        ],
        ['home', status.home ?? undefined]
      ],
      ansi
    ),
    '',
    `  ${ansi('In a second terminal, here or on another machine of this network, type', 'dim')}`,
    `      ${ansi(`${kith} watch`, 'bold')}`,
    `  ${ansi('Ctrl-C stops this node.', 'dim')}`,
    ''
  ]
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
