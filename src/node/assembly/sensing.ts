import { randomBytes } from 'node:crypto'
import { Author } from '../../reading/author/author.ts'
import { EPOCH_FILE, Epochs } from '../../reading/author/epoch.ts'
import type { Startable } from '../../startable.ts'
import { DeviceStates } from '../sensors/device-states.ts'
import { keptTotals } from '../sensors/kept-totals.ts'
import { RunningSensors } from '../sensors/running-sensors.ts'
import { fileOf } from './assemble-init.ts'
import type { Components, Sensing } from './components.ts'

type Needs = Pick<Components, 'init' | 'protocols' | 'peers' | 'timekeeper' | 'storage' | 'publishing'>

export function createSensing(components: Needs): Sensing {
  const { init, storage, timekeeper } = components
  const { config, world, log, devices } = init
  let begun: Author | undefined
  const author = (): Author => {
    begun ??= createAuthor(components)
    return begun
  }
  timekeeper.onKnown(() => begun?.timeKnown())
  const deviceStates = new DeviceStates({
    clock: world.clock,
    log,
    path: fileOf(init, 'memory.json'),
    flush: config.history.flush
  })
  const sensors = new RunningSensors({
    configs: config.sensors,
    devices,
    world,
    limits: config.limits.sampling,
    quantities: components.protocols.quantities,
    log,
    stateOf: (config, measures) =>
      deviceStates.of(config.name, keptTotals(storage.history, init.identity.peer, config, measures)),
    emit: (sample) => author().add(sample)
  })
  return { sensors, deviceStates, author }
}

function createAuthor({ init, protocols, peers, timekeeper, storage, publishing }: Needs): Author {
  const { world, log, config } = init
  const { clock } = world
  const { publisher } = publishing
  const time = () => timekeeper.status()
  return new Author({
    clock,
    log,
    sealer: storage.sealer,
    quantities: protocols.quantities,
    // Not the world's generator: a simulated world repeats itself, positions must not.
    epochs: new Epochs({
      file: fileOf(init, EPOCH_FILE),
      kept: (isAll) => {
        if (isAll) storage.history.finishSalvage()
        return storage.history.runs().at(-1)?.epoch ?? 0
      },
      clock,
      time,
      random: (bytes) => randomBytes(bytes),
      log
    }),
    time,
    topicsOf: (quantity) =>
      protocols.registry.ofQuantity(quantity).map(({ id, maxPayload }) => ({ topic: id, maxPayload })),
    isPrivate: (device) => peers.access.isPrivate(device),
    history: publisher.history,
    deliver: (pack, audience) => publisher.publish(pack, audience),
    limits: config.limits.author
  })
}

/** Sensors stop before the author, which takes their last samples and publishes what waits. */
export function sensingStartables({
  sensing: { author, deviceStates, sensors }
}: Pick<Components, 'sensing'>): Startable[] {
  return [
    { name: 'author', start: () => void author(), stop: () => author().stop() },
    deviceStates.startable,
    sensors.startable
  ]
}
