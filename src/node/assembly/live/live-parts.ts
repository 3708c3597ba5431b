import type { NodeConfig } from '../../../config/schema.ts'
import { furnishMore } from '../../choose-world.ts'
import type { LivePart } from '../../configuration/live-config.ts'
import { measuresOf } from '../../sensors/running-sensor.ts'
import type { Components } from '../components.ts'
import { addOwner, grantsOf, privatesOf, warnOfUnmatched } from '../peers.ts'
import { timeSources } from '../time.ts'

type Sensor = NodeConfig['sensors'][number]

/** Says which options are taken while the node runs, and by what: who may do something before what is done. */
export function takeLive(components: Components, stopping: AbortSignal): void {
  const { init, live, publishing, rules } = components
  const { cataloguePublisher } = publishing
  live.take(
    [
      { options: ['log.level'], apply: ({ log }) => init.configSource?.setLogLevel(log.level) },
      ...trust(components),
      sensors(components),
      { options: ['switches'], apply: (config) => components.switches.update(config.switches) },
      { options: ['rules'], apply: () => rules.update() },
      // Once, after all that it tells of has changed.
      { options: ['name', 'purposes', 'sensors', 'switches'], apply: () => cataloguePublisher.changed() },
      // It waits for their answers.
      {
        options: ['time.sources'],
        apply: ({ time }) => components.timekeeper.update(timeSources(time.sources, components, stopping))
      }
    ],
    (sensor, next) => canRun(components, sensor, next)
  )
}

function trust({
  init: { identity, log },
  peers: { access, denyList, book, admission },
  transports: { network }
}: Components): LivePart[] {
  return [
    {
      options: ['access', 'owner'],
      always: true,
      async apply(config) {
        access.update(await grantsOf(config), privatesOf(config))
      }
    },
    { options: ['owner'], apply: (config) => addOwner({ config, identity, log }, book) },
    {
      options: ['deny'],
      apply({ deny }) {
        denyList.update(deny)
        access.changed()
        // What it was sent before, open streams as well, ends with the connection.
        for (const peer of network.getPeers())
          if (admission.denies(peer.toString())) network.hangUp(peer).catch(() => undefined)
      }
    },
    { options: ['access', 'deny', 'store'], apply: (config) => warnOfUnmatched(config, book, log) },
    // Read where it is used.
    { options: ['accept', 'store'], apply: () => {} }
  ]
}

function sensors({ init: { world }, sensing }: Components): LivePart {
  return {
    options: ['sensors'],
    async apply(config, { models = {} }) {
      await furnishMore(world, config, models)
      await sensing.sensors.update(config.sensors)
    }
  }
}

/** Drivers, buses and quantities are those of the start. */
function canRun(
  { init: { config, devices }, protocols: { quantities } }: Components,
  sensor: Sensor,
  next: NodeConfig
): boolean {
  const definition = devices.find(({ type }) => type === sensor.type)
  const isNewBus = (name: string): boolean =>
    next.buses.some((bus) => bus.name === name) && !config.buses.some((bus) => bus.name === name)
  if (definition === undefined || (sensor.bus !== undefined && isNewBus(sensor.bus))) return false
  return measuresOf(definition, sensor).every(({ quantity }) => quantities.get(quantity) !== undefined)
}
