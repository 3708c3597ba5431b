import type { NodeConfig } from '../config/schema.ts'
import { type MuxChannel, withMuxChannels } from '../hal/bus/muxed-buses.ts'
import type { ChipModelFactory } from '../hal/simulated/model.ts'
import type { Scenario } from '../hal/simulated/scenario.ts'
import type { SimulatedWorld } from '../hal/simulated/world.ts'
import type { World } from '../hal/world.ts'
import { type Log, silentLog } from '../log.ts'

/** `linux` is this machine; a simulated one has the configured chips on its buses. */
export type WorldChoice = 'linux' | SimulatedChoice | World

export interface SimulatedChoice {
  /** The seed. */
  readonly simulated: number | string
  /** Of chips from outside, by type. */
  readonly models?: Readonly<Record<string, ChipModelFactory>>
  /** Events in it. */
  readonly scenario?: Scenario
}

/**
 * The chosen world, with the buses behind the configured multiplexers.
 * @param log gets the events of a scenario
 */
export async function chooseWorld(
  choice: WorldChoice,
  config: NodeConfig,
  log: Log = silentLog
): Promise<World> {
  return withMuxChannels(await machineOf(choice, config, log), config.buses)
}

async function machineOf(choice: WorldChoice, config: NodeConfig, log: Log): Promise<World> {
  if (choice === 'linux') return (await import('../hal/linux/world.ts')).linuxWorld()
  if (!('simulated' in choice)) return choice
  const world = await simulate(choice, config)
  return choice.scenario === undefined ? world : await play(choice.scenario, world, log)
}

async function simulate(choice: SimulatedChoice, config: NodeConfig): Promise<SimulatedWorld> {
  const [
    { simulatedWorld },
    { LinuxDatagramSockets },
    { LinuxProcessMemory },
    { chipModels, fileModels, lineModels }
  ] = await Promise.all([
    import('../hal/simulated/world.ts'),
    import('../hal/linux/datagram-socket.ts'),
    import('../hal/linux/process-memory.ts'),
    import('../../devices/models.ts')
  ])
  return simulatedWorld({
    ...wiring(config),
    seed: choice.simulated,
    models: { ...choice.models, ...chipModels },
    fileModels,
    lineModels,
    // Peers of a simulated node are real, and so are its UDP and its memory.
    datagrams: new LinuxDatagramSockets(),
    memory: new LinuxProcessMemory()
  })
}

/**
 * Puts the configured chips, the kernel's files and what is at GPIO lines into a simulated world that has none of its own;
 * another world stays as it is.
 * @param models of chips from outside, by type
 */
export async function furnish(
  world: World | SimulatedWorld,
  config: NodeConfig,
  models: Readonly<Record<string, ChipModelFactory>>
): Promise<void> {
  if (!('furnish' in world)) return
  const { chipModels, fileModels, lineModels } = await import('../../devices/models.ts')
  world.furnish({ ...wiring(config), models: { ...models, ...chipModels }, fileModels, lineModels })
}

/** Puts what the configuration names anew into a simulated world; what is there stays as it is. */
export async function furnishMore(
  world: World | SimulatedWorld,
  config: NodeConfig,
  models: Readonly<Record<string, ChipModelFactory>>
): Promise<void> {
  if (!('add' in world)) return
  const { chipModels, fileModels, lineModels } = await import('../../devices/models.ts')
  world.add({
    ...wiring(config),
    muxChannels: [],
    models: { ...models, ...chipModels },
    fileModels,
    lineModels
  })
}

/** Starts the scenario; it stops with the world. */
async function play(scenario: Scenario, world: SimulatedWorld, log: Log): Promise<World> {
  const { ScenarioPlayer } = await import('../hal/simulated/scenario-player.ts')
  const player = new ScenarioPlayer({ scenario, world, log })
  player.start()
  return {
    ...world,
    async close() {
      player.stop()
      await world.close()
    }
  }
}

interface Wiring {
  readonly muxChannels: readonly MuxChannel[]
  readonly chips: readonly { readonly bus: string; readonly address: number; readonly type: string }[]
  readonly wired: readonly { readonly line: string; readonly type: string }[]
}

/** The chips of the configuration. */
function wiring({ buses, sensors, time: { rtc } }: NodeConfig): Wiring {
  const chips = sensors.flatMap(({ bus, address, type }) =>
    bus === undefined || address === undefined ? [] : [{ bus, address, type }]
  )
  const wired = sensors.flatMap(({ line, type }) => (line === undefined ? [] : [{ line, type }]))
  return { muxChannels: buses, chips: rtc.type === 'none' ? chips : [...chips, rtc], wired }
}
