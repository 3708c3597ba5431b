import type { Measure, Options, SensorDefinition } from '../../../hal/sensor.ts'
import { formatDuration } from '../../../node/format-units.ts'
import { placeOf } from '../../../node/sensors/place.ts'
import { formatAddress } from '../../../units.ts'
import { type CommandGroup, type Context, defineCommand } from '../../command-line/command.ts'
import { runningNode } from '../../command-line/running-node.ts'
import { loadDeviceIndex, loadNodeConfig } from '../../load-config.ts'
import { table } from '../../terminal/table.ts'
import { scan } from './scan.ts'
import { test } from './test.ts'

const list = defineCommand({
  name: 'list',
  summary: 'list the sensors of this node, or with --types every known type',
  options: { types: { kind: 'flag', summary: 'every known type, with its bus and quantities' } },
  positionals: [],
  example: 'kith devices --types',
  run: (context) => (context.options.types === true ? listTypes(context) : listConfigured(context))
})

export const devices: CommandGroup = {
  name: 'devices',
  summary: 'sensors of this machine: list, scan, test',
  example: 'kith devices scan',
  actions: [list, scan, test]
}

/** A configured sensor, or one of the running node. */
interface ListedSensor {
  readonly name: string
  readonly type: string
  readonly place: string
  /** Milliseconds. */
  readonly interval: number
}

async function configuredSensors({ home, environment }: Context): Promise<ListedSensor[]> {
  const { config, outside } = await loadNodeConfig({ home, environment })
  const own = await import('../../../../devices/index.ts')
  const known = [...own.devices, ...outside.devices]
  return config.sensors.map((sensor) => ({
    ...sensor,
    place:
      placeOf(
        sensor,
        known.find(({ type }) => type === sensor.type)
      ) ?? '–'
  }))
}

/** Those of a running node: flags can have added some. The configuration has their options. */
async function listedSensors(context: Context): Promise<ListedSensor[]> {
  const node = await runningNode(context)
  const configured = await configuredSensors(context)
  if (node === undefined) return configured
  return (await node.status()).sensors.map(({ name, type, place, interval }) => ({
    ...configured.find((sensor) => sensor.name === name && sensor.type === type),
    ...{ name, type, place, interval: interval * 1000 }
  }))
}

async function listConfigured(context: Context): Promise<void> {
  const { json, terminal } = context
  const sensors = await listedSensors(context)
  if (json) return terminal.json(sensors)
  if (sensors.length === 0)
    return terminal.remark('kith: no sensors are configured; kith devices --types lists the known types')
  const columns = [
    { title: 'NAME' },
    { title: 'TYPE' },
    { title: 'PLACE' },
    { title: 'EVERY', align: 'right' }
  ] as const
  const rows = sensors.map((sensor) => [
    { text: sensor.name, style: 'bold' } as const,
    { text: sensor.type },
    { text: sensor.place },
    { text: formatDuration(sensor.interval / 1000) }
  ])
  terminal.lines(table(columns, rows, terminalOf(terminal)))
}

async function listTypes({ home, environment, json, terminal }: Context): Promise<void> {
  const { devices, failed } = await loadDeviceIndex({ home, environment })
  if (failed !== undefined) terminal.remark(`kith: external drivers are missing: ${failed.message}`)
  const types = devices.map((definition) => ({
    type: definition.type,
    title: definition.title,
    bus: definition.bus,
    addresses: 'addresses' in definition ? definition.addresses : [],
    measures: measuresOf(definition).map(({ quantity, channel }) =>
      channel === undefined ? quantity : `${quantity}.${channel}`
    ),
    datasheet: definition.datasheet
  }))
  if (json) return terminal.json(types)
  const columns = [
    { title: 'TYPE' },
    { title: 'BUS' },
    { title: 'ADDRESSES', drop: 2 },
    { title: 'MEASURES', drop: 1 },
    { title: 'DESCRIPTION', drop: 3 }
  ] as const
  const rows = types.map((type) => [
    { text: type.type, style: 'bold' } as const,
    { text: type.bus },
    { text: addressesText(type.addresses) },
    { text: measuresText(type.measures) },
    { text: type.title }
  ])
  terminal.lines(table(columns, rows, terminalOf(terminal)))
}

/** `0x48-0x4b 0x60`; addresses that follow each other are a range. */
function addressesText(addresses: readonly number[]): string {
  const ranges: [from: number, to: number][] = []
  for (const address of [...addresses].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === address - 1) last[1] = address
    else ranges.push([address, address])
  }
  const texts = ranges.map(([from, to]) =>
    from === to ? formatAddress(from) : `${formatAddress(from)}-${formatAddress(to)}`
  )
  return texts.join(' ') || '–'
}

/** `temperature voltage.a0-a3`; the channels of a quantity by their first and last. */
function measuresText(measures: readonly string[]): string {
  const byQuantity = Map.groupBy(new Set(measures), (name) => name.split('.')[0] ?? '')
  return [...byQuantity.values()]
    .map((names) => {
      const last = names.at(-1)?.split('.')[1]
      return names.length > 1 && last !== undefined ? `${names[0]}-${last}` : names.join(' ')
    })
    .join(' ')
}

function terminalOf({ width, ansi }: Context['terminal']) {
  return { width, ansi }
}

/** The measures with default options. */
function measuresOf({ measures, options }: SensorDefinition): readonly Measure[] {
  if (typeof measures !== 'function') return measures
  const defaults = Object.entries(options).flatMap(([name, option]) =>
    option.default === undefined ? [] : [[name, option.default] as const]
  )
  return measures(Object.fromEntries(defaults) satisfies Options)
}
