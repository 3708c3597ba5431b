import { randomBytes } from 'node:crypto'
import type { NodeConfig } from '../config/schema.ts'
import { describeError } from '../error.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import type { World } from '../hal/world.ts'
import type { Log } from '../log.ts'
import type { Catalogue } from '../protocol/catalogue.ts'
import { Author } from '../reading/author.ts'
import { createSealer } from '../reading/author-sealer.ts'
import { Epochs } from '../reading/epoch.ts'
import { SqliteHistory } from '../reading/history/sqlite-history.ts'
import type { History } from '../reading/history.ts'
import { Journal } from '../reading/journal.ts'
import type { Quantities } from '../reading/quantity.ts'
import type { Signer } from '../reading/seal.ts'
import type { SealedReadings } from '../reading/sealed.ts'
import { DeviceMemories } from './device-memories.ts'
import type { Keeper } from './keeper.ts'
import type { Part } from './lifecycle.ts'
import { createSensors, type RunningSensor } from './sensors.ts'
import { SeriesStates } from './series-states.ts'
import type { Timekeeper } from './timekeeper.ts'

export interface MeasuringInit {
  readonly config: NodeConfig
  readonly devices: readonly SensorDefinition[]
  readonly world: World
  readonly log: Log
  readonly signer: Signer
  readonly quantities: Quantities
  readonly catalogue: Catalogue
  readonly timekeeper: Timekeeper
  /** Where files of the home are; undefined for a node that leaves nothing behind. */
  readonly file: ((name: string) => string) | undefined
  readonly keeper: Keeper
  /** Told when our catalogue is no longer true: a run began, or a series came up, failed or recovered. */
  readonly changed: (what: 'run' | 'series') => void
  /** Publishes a pack of ours that everybody may have. */
  readonly publish: (pack: SealedReadings) => void
}

/** The near half of the reading path: sensors, author, journal, history. */
export interface Measuring {
  readonly history: History
  readonly journal: Journal
  readonly sensors: readonly RunningSensor[]
  /** Begins with start(): before it the time is not known. */
  readonly author: () => Author
  /** The time is known by now: a run that began without it ends. */
  readonly timeKnown: () => void
  readonly isPrivate: (device: string) => boolean
  readonly parts: readonly Part[]
}

export function createMeasuring(init: MeasuringInit): Measuring {
  const { config, world, log, catalogue, timekeeper, file } = init
  const { clock } = world
  const time = () => timekeeper.belief()
  const sealer = createSealer(init.signer, init.quantities)
  const history = new SqliteHistory({
    path: file?.('history.sqlite') ?? ':memory:',
    clock,
    log,
    sealer,
    time,
    topicOf: (quantity) => catalogue.ofQuantity(quantity)[0]?.id,
    limits: config.history
  })
  init.keeper.recall(history.series())
  const journal = new Journal({
    clock,
    log,
    history,
    keeps: (series) => init.keeper.keeps(series),
    limits: config.limits.journal,
    onConflict: ({ series, position, kind }) =>
      log.warn(`two nodes share the key of ${series}: the same ${kind} was used twice`, { position })
  })
  const privates = new Set(config.sensors.filter((sensor) => sensor.private).map((sensor) => sensor.name))
  const isPrivate = (device: string): boolean => privates.has(device)

  const states = new SeriesStates()
  let author: Author | undefined
  const begin = (): Author =>
    new Author({
      clock,
      log,
      sealer,
      quantities: init.quantities,
      // Not the world's generator: a simulated world repeats itself, positions must not.
      epochs: new Epochs({ file: file?.('epoch'), clock, time, random: (bytes) => randomBytes(bytes), log }),
      time,
      topicsOf: (quantity) =>
        catalogue.ofQuantity(quantity).map(({ id, maxPayload }) => ({ topic: id, maxPayload })),
      isPrivate,
      history: {
        beginRun(run, anchor) {
          history.beginRun(run, anchor)
          init.changed('run')
        },
        anchor: (run, anchor) => history.anchor(run, anchor),
        appendOwn: (readings) => history.appendOwn(readings)
      },
      deliver: (pack, audience) => {
        journal.add(pack, 'own')
        if (states.note(pack.readings)) init.changed('series')
        if (audience === 'everyone') init.publish(pack)
      },
      limits: config.limits.author
    })
  const begun = (): Author => {
    author ??= begin()
    return author
  }
  const memories = new DeviceMemories({
    clock,
    log,
    path: file?.('memory.json'),
    flush: config.history.flush
  })
  const sensors = createSensors({
    configs: config.sensors,
    devices: init.devices,
    world,
    limits: config.limits.sampling,
    log,
    memoryOf: (name) => memories.of(name),
    emit: (sample) => begun().add(sample)
  })
  return {
    history,
    journal,
    sensors,
    author: begun,
    timeKnown: () => author?.timeKnown(),
    isPrivate,
    parts: parts(history, begun, memories, sensors, log)
  }
}

function parts(
  history: History,
  author: () => Author,
  memories: DeviceMemories,
  sensors: readonly RunningSensor[],
  log: Log
): Part[] {
  return [
    { name: 'history', stop: () => closeHistory(history, log) },
    { name: 'author', start: () => void author(), stop: () => author().stop() },
    memories.part,
    ...sensors.map(({ config, sampler }) => ({
      name: `sensor ${config.name}`,
      start: () => sampler.start(),
      stop: () => sampler.stop()
    }))
  ]
}

function closeHistory(history: History, log: Log): void {
  try {
    history.close()
  } catch (error) {
    log.error(`closing the history: ${describeError(error)}`)
  }
}
