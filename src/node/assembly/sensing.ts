import { randomBytes } from 'node:crypto'
import { Author } from '../../reading/author/author.ts'
import { Epochs } from '../../reading/author/epoch.ts'
import type { OwnHistory } from '../../reading/history/history.ts'
import type { Startable } from '../../startable.ts'
import { DeviceStates } from '../sensors/device-states.ts'
import { createSensors, type RunningSensor } from '../sensors/running-sensor.ts'
import { fileOf } from './assemble-init.ts'
import type { On } from './components.ts'
import { SeriesStates } from './series-states.ts'

/** The near half of the reading path: sensors, and the author of what they tell. */
export interface Measuring {
  readonly sensors: readonly RunningSensor[]
  readonly memories: DeviceStates
  /** Begins with start(): before it the time is not known. */
  readonly author: () => Author
  readonly isPrivate: (device: string) => boolean
}

type Needs = On<'init' | 'language' | 'timekeeper' | 'storage' | 'voice'>

export function createMeasuring(made: Needs): Measuring {
  const { init, timekeeper } = made
  const { config, world, log, devices } = init
  const privates = new Set(config.sensors.filter((sensor) => sensor.private).map((sensor) => sensor.name))
  const isPrivate = (device: string): boolean => privates.has(device)
  let begun: Author | undefined
  const author = (): Author => {
    begun ??= createAuthor(made, isPrivate)
    return begun
  }
  timekeeper.onKnown(() => begun?.timeKnown())
  const memories = new DeviceStates({
    clock: world.clock,
    log,
    path: fileOf(init, 'memory.json'),
    flush: config.history.flush
  })
  const sensors = createSensors({
    configs: config.sensors,
    devices,
    world,
    limits: config.limits.sampling,
    log,
    memoryOf: (name) => memories.of(name),
    emit: (sample) => author().add(sample)
  })
  return { sensors, memories, author, isPrivate }
}

function createAuthor(
  { init, language, timekeeper, storage, voice }: Needs,
  isPrivate: (device: string) => boolean
): Author {
  const { world, log, config } = init
  const { clock } = world
  const { gossip, publisher } = voice
  const { hub } = storage
  const time = () => timekeeper.belief()
  const states = new SeriesStates()
  return new Author({
    clock,
    log,
    sealer: storage.sealer,
    quantities: language.quantities,
    // Not the world's generator: a simulated world repeats itself, positions must not.
    epochs: new Epochs({
      file: fileOf(init, 'epoch'),
      clock,
      time,
      random: (bytes) => randomBytes(bytes),
      log
    }),
    time,
    topicsOf: (quantity) =>
      language.registry.ofQuantity(quantity).map(({ id, maxPayload }) => ({ topic: id, maxPayload })),
    isPrivate,
    history: toldHistory({ storage, voice }),
    deliver: (pack, audience) => {
      hub.add(pack, 'own')
      if (states.note(pack.readings)) publisher.changed()
      if (audience === 'everyone') gossip.publish(pack.topic, pack.bytes)
    },
    limits: config.limits.author
  })
}

/** The history of our own runs; that one begins is told in the catalogue as well. */
function toldHistory({ storage: { history }, voice: { publisher } }: On<'storage' | 'voice'>): OwnHistory {
  return {
    beginRun(run, anchor) {
      history.beginRun(run, anchor)
      publisher.newRun()
    },
    anchor: (run, anchor) => history.anchor(run, anchor),
    appendOwn: (readings) => history.appendOwn(readings)
  }
}

/** Sensors stop before the author who takes their last samples, and who hands on what waits. */
export function measuringParts({ measuring: { author, memories, sensors } }: On<'measuring'>): Startable[] {
  return [
    { name: 'author', start: () => void author(), stop: () => author().stop() },
    memories.part,
    ...sensors.map(({ config, sampler }) => ({
      name: `sensor ${config.name}`,
      start: () => sampler.start(),
      stop: () => sampler.stop()
    }))
  ]
}
