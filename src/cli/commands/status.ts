import type { SensorView, Status } from '../../node/api/operations.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { defineCommand } from '../command-line/command.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { bytes, formatDuration, localTime, milliseconds } from '../terminal/format-units.ts'
import { type Cell, facts, table } from '../terminal/table.ts'
import { damageText } from '../views/history-damage.ts'
import { remark, shownValue, stateStyle } from '../views/series-cells.ts'

export const status = defineCommand({
  name: 'status',
  summary: 'the state of the node: addresses, sensors and faults, uptime, memory, history',
  options: {
    // Health checks written for earlier versions have it.
    running: { kind: 'flag', summary: 'no effect: without a running node the exit status is always 3' },
    metrics: {
      kind: 'flag',
      summary: 'print counters and gauges as OpenMetrics text, for Prometheus'
    }
  },
  positionals: [],
  example: 'kith status --json',
  async run(context) {
    const { metrics } = context.options
    // A temporary node has neither sensors nor counters: its state would say nothing about the home's node.
    const { operations } = await context.connect({ running: true })
    const now = await operations.status()
    if (metrics === true) {
      const { statusMetrics } = await import('../../node/control/metrics/status-metrics.ts')
      context.terminal.line(statusMetrics(now).trimEnd())
    } else if (context.json) context.terminal.json(now)
    else context.terminal.lines(statusLines(now, context.terminal))
  }
})

const qualities = ['synchronised', 'estimated', 'unknown'] as const

function statusLines(status: Status, { width, ansi }: { width: number; ansi: AnsiStyle }): string[] {
  const { memory, time, run } = status
  const bound = time.errorBound === undefined ? '' : `, within ${milliseconds(time.errorBound * 1000)}`
  return [
    `${ansi(sanitize(status.name, 64), 'bold')}  ${status.peer}`,
    ...facts(
      [
        ['addresses', status.addresses],
        ['purposes', status.purposes.join(' ')],
        ['protocols', status.protocols.join(' ')],
        ['peers', String(status.peers)],
        [
          'up',
          `${formatDuration(status.uptime)}, process ${status.pid}, kith ${status.version} on ${status.world}`
        ],
        ['home', status.home ?? 'none: nothing is written'],
        [
          'memory',
          `${bytes(memory.rss)} resident, heap ${bytes(memory.heapUsed)} of ${bytes(memory.heapTotal)}`
        ],
        ['history', historyText(status, ansi)],
        ['clock', `${localTime(time.now)}, ${qualities[time.quality]}${bound}`],
        ['run', `${run.epoch}.${run.boot}`],
        ...relayFacts(status),
        ...dhtFacts(status),
        ...sharedKeyFacts(status)
      ],
      ansi
    ),
    ...sensorLines(status.sensors, width, ansi)
  ]
}

function relayFacts({ relays = [] }: Status): [string, string][] {
  return relays.map(({ who, held, why }) => {
    const state = held ? 'this node can be reached over it' : (why ?? 'not asked yet')
    return ['relay', `${sanitize(who)}: ${sanitize(state)}`]
  })
}

function dhtFacts({ dht }: Status): [string, string][] {
  if (dht === undefined) return []
  const { mode, servers, bootstrap } = dht
  return [
    [
      'dht',
      `${mode}; ${servers} servers known; ${bootstrap.connected} of ${bootstrap.configured} bootstrap peers connected`
    ]
  ]
}

function sharedKeyFacts({ sharedKeys = [] }: Status): [string, string][] {
  return sharedKeys.map(({ who, addresses }) => [
    'key',
    `${sanitize(who)} runs twice: ${addresses.map((one) => sanitize(one)).join(' and ')}`
  ])
}

function historyText({ history }: Status, ansi: AnsiStyle): string | string[] {
  const { state, error, damage, readings, bytesWritten } = history
  const amount = `${readings} readings, ${bytes(history.bytes)}, ${bytes(bytesWritten)} written since start`
  if (state === 'ok') return damage === undefined ? amount : [amount, ansi(damageText(damage), 'red')]
  if (state === 'memory') return `${amount}, in memory only`
  const reason = error === undefined ? '' : ` (${sanitize(error)})`
  return [ansi(`${state}${reason}: readings are kept in memory`, 'red'), amount]
}

function sensorLines(sensors: readonly SensorView[], width: number, ansi: AnsiStyle): string[] {
  if (sensors.length === 0) return []
  const columns = [
    { title: 'SENSOR' },
    { title: 'TYPE', drop: 2 },
    { title: 'PLACE', drop: 3 },
    { title: 'EVERY', align: 'right', drop: 4 },
    { title: 'STATE' }
  ] as const
  const rows = sensors.map((sensor): Cell[] => [
    { text: sensor.name, style: 'bold' },
    { text: sensor.type },
    { text: sensor.place },
    { text: formatDuration(sensor.interval) },
    {
      text: sensorState(sensor),
      style: sensor.state === 'waiting' ? 'dim' : stateStyle({ state: sensor.state })
    }
  ])
  return ['', ...table(columns, rows, { width, ansi })]
}

/** Its values in one line, or why there are none; equal texts of several series appear once. */
function sensorState(sensor: SensorView): string {
  if (sensor.state === 'waiting') return 'waiting for its first sample'
  const texts = sensor.series.map((view) => (view.state === 'value' ? shownValue(view) : remark(view)))
  return [...new Set(texts)].join(', ')
}
