import type { SensorView, SeriesView, Status } from '../../node/api/operations.ts'
import { printable } from '../../node/log/sanitize.ts'
import type { Paint } from '../terminal/ansi-style.ts'
import { span } from '../terminal/format-units.ts'
import { facts } from '../terminal/table.ts'
import { remark, shownValue, stateStyle } from './series-cells.ts'
import { timeText } from './series-line.ts'

/** What a node says of itself when it begins, and what to type next. */
export function startBlock(status: Status, options: { paint: Paint; byNpm: boolean }): string[] {
  const { paint, byNpm } = options
  const kith = byNpm ? 'npm run kith --' : 'kith'
  return [
    `${paint(printable(status.name, 64), 'bold')} is up, kith ${status.version} on ${status.world} hardware`,
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
      paint
    ),
    '',
    `  ${paint('In a second terminal, here or on another machine of this network, type', 'dim')}`,
    `      ${paint(`${kith} watch`, 'bold')}`,
    `  ${paint('Ctrl-C stops this node.', 'dim')}`,
    ''
  ]
}

function sensorText({ name, type, place, interval }: SensorView): string {
  return `${name}: ${type}, ${place}, every ${span(interval)}`
}

/** `2026-11-23 21:56:41  air/temperature  21.48 °C` */
export function ownReadingLine(view: SeriesView, paint: Paint): string {
  const value = view.state === 'value' ? shownValue(view) : remark(view)
  const time = paint(timeText(view.time, view.quality), 'dim')
  return `${time}  ${printable(view.series, 80)}  ${paint(value, stateStyle(view) ?? 'bold')}`
}
