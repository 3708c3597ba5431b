import { stripVTControlCharacters } from 'node:util'
import type { SensorView, Status } from '../../node/api/operations.ts'
import { damageText } from '../../node/doctor/damage-text.ts'
import { bytes, formatDuration, localTime, milliseconds } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { type Cell, facts, table } from '../terminal/table.ts'
import { textWidth } from '../terminal/text-width.ts'
import { untilStart } from '../views/reload-lines.ts'
import { remark, shownValue, stateStyle } from '../views/series-cells.ts'
import { askOnce, shownOf } from './afar/ask-afar.ts'

export const status = defineCommand({
  name: 'status',
  summary: 'the state of the node: addresses, sensors and faults, uptime, memory, history',
  options: {
    // Health checks written for earlier versions have it.
    running: { kind: 'flag', summary: 'no effect: without a running node the exit status is always 3' },
    all: {
      kind: 'flag',
      short: 'a',
      summary: 'also what a terminal has no lines for: addresses, protocols, sensors'
    },
    metrics: {
      kind: 'flag',
      summary: 'print counters and gauges as OpenMetrics text, for Prometheus'
    }
  },
  positionals: [{ name: 'WHO', summary: 'another node, which granted configure to this one' }],
  example: 'kith status --json',
  async run(context) {
    const { terminal, json, options, positionals } = context
    const [who] = positionals
    const now = who === undefined ? await statusHere(context) : await statusThere(context, who)
    if (options.metrics === true) {
      const { statusMetrics } = await import('../../node/control/metrics/status-metrics.ts')
      const text = (): string[] => [statusMetrics(now).trimEnd()]
      terminal.lines(who === undefined ? text() : shownOf(who, text))
    } else if (json) terminal.json(now)
    else {
      const isWhole = options.all === true || !terminal.live
      const lines = (): string[] => (isWhole ? statusLines(now, terminal) : oneScreen(now, terminal))
      terminal.prose(who === undefined ? lines() : shownOf(who, lines))
    }
  }
})

/** A temporary node has neither sensors nor counters: its state would say nothing about the home's node. */
async function statusHere({ connect }: Context): Promise<Status> {
  const { operations } = await connect({ running: true })
  return await operations.status()
}

/** Of another version, --json shows it as it came; shownOf() holds what cannot be shown as lines. */
async function statusThere(context: Context, who: string): Promise<Status> {
  const isAny = (answer: unknown): answer is Status => typeof answer === 'object' && answer !== null
  return await askOnce(context, { who, op: 'status' }, isAny)
}

const qualities = ['synchronised', 'estimated', 'unknown'] as const

interface Screen {
  readonly width: number
  readonly height: number
  readonly ansi: AnsiStyle
}

/** Lines of addresses on one screen. */
const MAX_ADDRESSES = 3
/** Sensors that are shown, however low the screen is. */
const MIN_SENSORS = 3

/** What fits on the terminal, faults first; what does not is counted. */
function oneScreen(status: Status, screen: Screen): string[] {
  const { addresses, protocols, peer, sensors } = status
  const own = `/p2p/${peer}`
  const text = protocols.join(' ')
  const short = {
    ...status,
    addresses: firstOf(
      addresses.map((address) => (address.endsWith(own) ? address.slice(0, -own.length) : address)),
      MAX_ADDRESSES
    ),
    protocols:
      text.length > screen.width - LABEL_WIDTH ? [`${protocols.length} (--all lists them)`] : protocols
  }
  const head = statusLines({ ...short, sensors: [] }, screen)
  // Below them come a line that counts the others, and the prompt.
  const room = Math.max(MIN_SENSORS, screen.height - heightOf(head, screen.width) - 4)
  if (sensors.length <= room + 1) return statusLines(short, screen)
  const faultsFirst = sensors.toSorted((a, b) => Number(b.state === 'fault') - Number(a.state === 'fault'))
  const rest = `… ${sensors.length - room} more sensors (--all lists them)`
  return [...statusLines({ ...short, sensors: faultsFirst.slice(0, room) }, screen), rest]
}

/** Lines of the terminal, where long ones are wrapped. Colours take none. */
function heightOf(lines: readonly string[], width: number): number {
  const wrapped = lines.map((line) => Math.ceil(textWidth(stripVTControlCharacters(line)) / width))
  return wrapped.reduce((sum, count) => sum + Math.max(1, count), 0)
}

function firstOf(texts: readonly string[], count: number): string[] {
  if (texts.length <= count) return [...texts]
  return [...texts.slice(0, count - 1), `${texts.length - count + 1} more (--all lists them)`]
}

/** Where the node does not run as its configuration file says. */
function configFacts({ config }: Status): [name: string, text: string][] {
  if (config === undefined) return []
  const { pending, failed = [], refused } = config
  const waiting = untilStart(pending, failed)
  const [first] = refused?.problems ?? []
  return [
    ...(waiting.length === 0 ? [] : [`needs a restart: ${waiting.join(', ')}`]),
    ...failed.map(({ path, message }) => `${path} ${message}`),
    ...(first === undefined
      ? []
      : [['not taken:', first.origin, first.message].filter((word) => word !== '').join(' ')])
  ].map((text) => ['config', sanitize(text, 400)])
}

/** Columns before a value. */
const LABEL_WIDTH = 13

function statusLines(status: Status, { width, ansi }: Omit<Screen, 'height'>): string[] {
  const { memory, time, run } = status
  const bound = time.errorBound === undefined ? '' : `, within ${milliseconds(time.errorBound * 1000)}`
  return [
    ...facts(
      [
        ['name', ansi(sanitize(status.name, 64), 'bold')],
        ['PeerId', status.peer],
        ['addresses', status.addresses],
        ['purposes', status.purposes.join(' ')],
        ['protocols', status.protocols.join(' ')],
        ['peers', `${status.peers} connected`],
        ['up', `${formatDuration(status.uptime)}, process ${status.pid}`],
        ['version', `kith ${status.version}, ${status.world === 'linux' ? 'Linux' : status.world} hardware`],
        ['home', status.home ?? 'none: nothing is written'],
        [
          'memory',
          `${bytes(memory.rss)} resident, heap ${bytes(memory.heapUsed)} of ${bytes(memory.heapTotal)}`
        ],
        ['history', historyText(status, ansi)],
        [
          'clock',
          `${localTime(time.now)}, ${status.world === 'linux' ? qualities[time.quality] : 'simulated'}${bound}`
        ],
        ['run', `${run.epoch}.${run.boot}`],
        ...configFacts(status),
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
  const reason = error === undefined ? [] : [sanitize(error)]
  return [ansi(`${state}: readings are kept in memory`, 'red'), ...reason, amount]
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
