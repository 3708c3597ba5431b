import { devices } from '../../devices/index.ts'
import { chipModels, fileModels, lineModels } from '../../devices/models.ts'
import { parseConfig } from '../../src/config/load.ts'
import { volatileState } from '../../src/hal/device-state.ts'
import type { OpenContext, Sensor, SensorDefinition } from '../../src/hal/sensor.ts'
import type { ChipModel, ChipModelFactory } from '../../src/hal/simulated/model.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { type SimulatedWorld, simulatedWorld } from '../../src/hal/simulated/world.ts'
import { openSensor, type SensorConfig } from '../../src/node/sensors/running-sensor.ts'
import type { Bench, Column, Row, Setting, Table } from '../frame/bench.ts'
import { besides } from '../frame/contenders.ts'

/** Milliseconds of a byte with its acknowledge bit at 100 kHz. */
const BYTE_TIME = 0.09
const BUS = 'i2c-1'
const LINE = 'GPIO17'
const NOTHING = 'no driver: the virtual clock'

const columns: readonly Column[] = [
  { name: 'values' },
  { name: 'takes', unit: 'ms', digits: 2 },
  { name: 'writes and reads' },
  { name: 'on the bus', unit: 'B' },
  { name: 'CPU', unit: 'us', digits: 1 },
  { name: 'CPU', unit: 'x no driver', digits: 1 }
]

export const drivers: Bench = {
  name: 'drivers',
  what: 'One sample of each driver over the simulated bus: how long it takes of a chip, and of the processor.',
  async measure(setting: Setting): Promise<Table[]> {
    const turns = setting.isFull ? { lead: 500, count: 5000 } : { lead: 200, count: 1000 }
    setting.tell(`drivers, ${turns.count} samples of each`)
    const rows = await measureDrivers(devices, turns)
    const conditions = [
      `means of ${turns.count} samples in virtual time, with default options`,
      'takes: the waits for conversions and the bytes at 100 kHz',
      'CPU: of the driver, the bus with its queue, the model of the chip, and the virtual clock'
    ]
    return [{ title: 'Drivers', conditions, columns, rows }]
  }
}

export interface DriverTurns {
  /** Samples before those that are counted. */
  readonly lead: number
  readonly count: number
}

export async function measureDrivers(
  definitions: readonly SensorDefinition[],
  turns: DriverTurns
): Promise<Row[]> {
  const rows: Row[] = []
  for (const definition of definitions) rows.push(await rowOf(definition, turns))
  // Last, when the clock is compiled.
  const { processor } = await sampled(new VirtualClock(), async () => [], { ...turns, pause: 1000 })
  const nothing = { name: NOTHING, figures: [0, 0, undefined, undefined, processor] }
  return besides([nothing, ...rows], NOTHING, 4)
}

/** The time is of a bus with a speed, the processor's of one without, which sets no timers for its bytes. */
async function rowOf(definition: SensorDefinition, turns: DriverTurns): Promise<Row> {
  const slow = await measured(definition, BYTE_TIME, turns)
  const { processor } = await measured(definition, 0, turns)
  const { values, time, transfers, bytes } = slow
  const onBus = definition.bus === 'i2c' ? [transfers, bytes] : [undefined, undefined]
  return { name: definition.type, figures: [values, time, ...onBus, processor] }
}

interface Sampled {
  readonly values: number
  /** Milliseconds of virtual time. */
  readonly time: number
  /** Microseconds. */
  readonly processor: number
}

async function measured(
  definition: SensorDefinition,
  byteTime: number,
  turns: DriverTurns
): Promise<Sampled & Wire> {
  const clock = new VirtualClock()
  const wire = { transfers: 0, bytes: 0 }
  const world = worldOf(definition, { clock, byteTime, wire })
  const { signal } = new AbortController()
  const context = { clock, name: definition.type, signal, state: volatileState() }
  let sensor: Sensor | undefined
  try {
    const config = await clock.run(configOf(definition, world, context))
    const opened = await clock.run(openSensor(definition, config, world, context))
    sensor = opened
    const pause = Math.max(1000, definition.minimumInterval)
    const lead = { count: 0, lead: turns.lead, pause }
    await sampled(clock, () => opened.sample(signal), lead)
    Object.assign(wire, { transfers: 0, bytes: 0 })
    const result = await sampled(clock, () => opened.sample(signal), { ...turns, lead: 0, pause })
    return { ...result, transfers: wire.transfers / turns.count, bytes: wire.bytes / turns.count }
  } finally {
    await sensor?.close()
    await world.close()
  }
}

interface Wire {
  transfers: number
  bytes: number
}

function worldOf(
  definition: SensorDefinition,
  { clock, byteTime, wire }: { clock: VirtualClock; byteTime: number; wire: Wire }
): SimulatedWorld {
  const { type } = definition
  const model = Object.hasOwn(chipModels, type) ? chipModels[type] : undefined
  const [address = 0] = definition.bus === 'i2c' ? definition.addresses : []
  return simulatedWorld({
    seed: type,
    clock,
    byteTime,
    chips: model === undefined ? [] : [{ bus: BUS, address, type }],
    models: model === undefined ? {} : { [type]: counted(model, wire) },
    fileModels,
    wired: [{ line: LINE, type }],
    lineModels
  })
}

/** The device of its kind that is found first; default options but for those that say which it is. */
async function configOf(
  definition: SensorDefinition,
  { sysfs }: SimulatedWorld,
  context: OpenContext
): Promise<SensorConfig> {
  const { type, bus } = definition
  const place: Record<string, unknown> = { type, name: 'one' }
  if (bus === 'i2c') Object.assign(place, { bus: BUS, address: definition.addresses[0] })
  if (bus === 'gpio') place['line'] = LINE
  if (bus === 'sysfs') place['options'] = (await definition.discover?.(sysfs, context))?.[0]?.options ?? {}
  const [config] = parseConfig(JSON.stringify({ sensors: [place] }), devices).sensors
  if (config === undefined) throw new Error(`${type} is not configured`)
  return config
}

/** A chip whose transfers are counted, each with the byte of its address. */
function counted(factory: ChipModelFactory, wire: Wire): ChipModelFactory {
  const count = (bytes: number): void => {
    wire.transfers++
    wire.bytes += 1 + bytes
  }
  return (environment): ChipModel => {
    const chip = factory(environment)
    return {
      write(bytes) {
        count(bytes.length)
        chip.write(bytes)
      },
      read(length) {
        count(length)
        return chip.read(length)
      }
    }
  }
}

/** Samples, with milliseconds of virtual time between two. @returns means */
async function sampled(
  clock: VirtualClock,
  sample: () => Promise<readonly object[]>,
  { lead, count, pause }: DriverTurns & { readonly pause: number }
): Promise<Sampled> {
  const sum = { values: 0, time: 0, processor: 0 }
  for (let index = 0; index < lead + count; index++) {
    await clock.advance(pause)
    const began = { time: clock.monotonic(), processor: process.cpuUsage() }
    const values = await clock.run(sample())
    const { user, system } = process.cpuUsage(began.processor)
    if (index < lead) continue
    for (const value of values) if ('fault' in value) throw value.fault
    sum.values += values.length
    sum.time += clock.monotonic() - began.time
    sum.processor += user + system
  }
  return { values: sum.values / count, time: sum.time / count, processor: sum.processor / count }
}
