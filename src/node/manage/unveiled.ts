import { isDeepStrictEqual } from 'node:util'
import type { NodeConfig } from '../../config/schema.ts'

type Sensor = NodeConfig['sensors'][number]
type Switch = NodeConfig['switches'][number]

/** What is measured or switched, and where, whatever it is called. */
interface Place {
  readonly name: string
  readonly private: boolean
  /** Of the bus, the machine's last: a chip on a bus also answers on every channel behind it. */
  readonly way?: readonly string[]
  readonly address?: number | undefined
  readonly line?: string
  /** Of a file of the kernel. */
  readonly file?: unknown
}

/** Public sensors and switches that would show what a private one showed, as `sensors.air`. */
export function unveiled(before: NodeConfig, after: NodeConfig): string[] {
  const was = [...sensorPlaces(before), ...switchPlaces(before)]
  const hidden = was.filter((one) => one.private)
  const shows = (place: Place): boolean =>
    !place.private &&
    !was.some((one) => isDeepStrictEqual(one, place)) &&
    hidden.some((one) => mayBeSame(one, place))
  return [...sensorPlaces(after), ...switchPlaces(after)].filter(shows).map(({ name }) => name)
}

function sensorPlaces({ buses, sensors }: NodeConfig): Place[] {
  return sensors.map((sensor) => {
    const { name, bus, address, line } = sensor
    const head = { name: `sensors.${name}`, private: sensor.private }
    if (bus !== undefined) return { ...head, way: wayOf(bus, buses), address }
    return line === undefined ? { ...head, file: fileOf(sensor) } : { ...head, line }
  })
}

function switchPlaces({ switches }: NodeConfig): Place[] {
  return switches.map((one: Switch) => ({
    name: `switches.${one.name}`,
    private: one.private,
    line: one.line
  }))
}

function fileOf({ type, options }: Sensor): unknown {
  return { type, options }
}

/** By multiplexers and channels: a name of `buses` may be another channel after a change. */
function wayOf(bus: string, buses: NodeConfig['buses']): readonly string[] {
  const channel = buses.find(({ name }) => name === bus)
  if (channel === undefined) return [bus]
  const way = wayOf(channel.bus, buses)
  return [`${way[0]} ${channel.address}.${channel.channel}`, ...way]
}

/** The kernel shows one chip in several files. */
function mayBeSame(one: Place, other: Place): boolean {
  if (one.way !== undefined && other.way !== undefined)
    return one.address === other.address && doMeet(one.way, other.way)
  if (one.line !== undefined && other.line !== undefined) return mayBeSameLine(one.line, other.line)
  return one.file !== undefined && other.file !== undefined
}

function doMeet(one: readonly string[], other: readonly string[]): boolean {
  return one.some((bus) => bus === other[0]) || other.some((bus) => bus === one[0])
}

/** A line has a name and a place, chip:offset: which are the same is known only to the machine. */
function mayBeSameLine(one: string, other: string): boolean {
  return one === other || one.includes(':') !== other.includes(':')
}
