import { thisMachine } from '../config/machine-size.ts'
import { checkFiles } from '../config/scaled-limits.ts'
import type { NodeConfig } from '../config/schema.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import type { World } from '../hal/world.ts'
import { manifest } from '../installation.ts'
import type { Log } from '../log.ts'
import { type Home, openHome } from '../peer/identity/home.ts'
import { ephemeralIdentity, type Identity, openIdentity } from '../peer/identity/identity.ts'
import type { SensorProtocol } from '../protocol/define-sensor-protocol.ts'
import type { Quantity } from '../reading/quantity.ts'
import type { Operations } from './api/operations.ts'
import { type Assembled, assemble } from './assemble.ts'
import { chooseWorld, type WorldChoice } from './choose-world.ts'
import type { ConfigSource } from './configuration/live-config.ts'
import { type Carrier, tcpCarrier } from './network/create-network.ts'
import { usableAddresses } from './network/listen.ts'
import { stalledParts } from './progress.ts'

export interface StartInit {
  /** Absent: a new identity, and nothing is written. */
  readonly home?: string
  readonly config: NodeConfig
  /** Where it comes from; it cannot be reloaded unless given. */
  readonly configSource?: ConfigSource
  /** Ends the node where something starts it again; not offered from afar unless given. */
  readonly restart?: () => void
  readonly world: WorldChoice
  readonly log: Log
  /** Ends the start: what has started is stopped in order. */
  readonly signal?: AbortSignal
  /**
   * A node for one command: it does not listen, serves no control socket and has no sensors. Without `home` it has a
   * new identity.
   */
  readonly shortLived?: boolean
  /** In place of `home`: a home of which only the book is read. It is not locked, so its node may start meanwhile. */
  readonly readOnlyHome?: string
  /** A folder of this user whose group may ask the node, too: /run/kith of the service. */
  readonly sharedFolder?: string | undefined
  /** TCP as configured unless given. */
  readonly carrier?: Carrier
  readonly identity?: Identity
  readonly devices?: readonly SensorDefinition[]
  readonly protocols?: readonly SensorProtocol[]
  readonly quantities?: readonly Quantity[]
}

export interface RunningNode {
  readonly peer: string
  readonly addresses: string[]
  readonly operations: Operations
  readonly assembled: Assembled
  /** What makes no progress any more, for people: `history`, `sensor air`. Empty in a node that is well. */
  stalled(): string[]
  /** In order, within 5 s; calling it again waits for the same end. */
  stop(): Promise<void>
  /** Resolves when the node has stopped. */
  readonly stopped: Promise<void>
}

/** Milliseconds in which mDNS finds the neighbours of a local network. */
const NAME_TIMEOUT = 5_000

/**
 * Builds the world, opens the home, assembles and starts a node. On failure all of it is closed again, a given
 * world too, as the node would have closed it.
 */
export async function startNode(init: StartInit): Promise<RunningNode> {
  checkFiles(init.config, thisMachine())
  const config = configOf(init)
  const world = await chooseWorld(init.world, config, init.log)
  let home: Home | undefined
  try {
    home = init.home === undefined ? undefined : await openHome(init.home, { create: true })
    return await startIn(home, world, { ...init, config }, init.shortLived ? init.config.sensors : undefined)
  } catch (error) {
    home?.close()
    await world.close()
    throw error
  }
}

/**
 * A node for one command uses no hardware and stores nothing of others: the buses belong to the home's own node, which
 * may be a simulated one, and its history has nothing that the command measured.
 */
function configOf({ config, shortLived = false }: StartInit): NodeConfig {
  if (!shortLived) return config
  const sources = config.time.sources.filter((source) => source !== 'rtc')
  return { ...config, sensors: [], store: [], time: { ...config.time, sources } }
}

async function startIn(
  home: Home | undefined,
  world: World,
  init: StartInit,
  unopened: NodeConfig['sensors'] | undefined
): Promise<RunningNode> {
  const { config, log, shortLived = false } = init
  const identity =
    init.identity ?? (home === undefined ? await ephemeralIdentity() : await openIdentity(home))
  const own = await import('../../devices/index.ts')
  const assembled = await assemble({
    config,
    configSource: init.configSource,
    restart: init.restart,
    world,
    carrier: init.carrier ?? (await tcp(config, shortLived, log)),
    identity,
    home,
    readOnlyHome: init.readOnlyHome,
    sharedFolder: init.sharedFolder,
    devices: [...own.devices, ...(init.devices ?? [])],
    relay: own.relay,
    clocks: own.clockChips,
    protocols: init.protocols ?? [],
    quantities: init.quantities ?? [],
    version: manifest().version,
    log,
    nameTimeout: NAME_TIMEOUT,
    shortLived,
    unopened
  })
  await assembled.lifecycle.start(init.signal)
  return running(assembled)
}

function running(assembled: Assembled): RunningNode {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  let stopping: Promise<void> | undefined
  return {
    peer: assembled.init.identity.peer,
    addresses: assembled.transports.own.allWithPeer().map(String),
    operations: assembled.operations,
    assembled,
    stalled: () => stalledParts(assembled),
    stop: () => {
      stopping ??= assembled.lifecycle.stop().then(resolve)
      return stopping
    },
    stopped
  }
}

async function tcp(config: NodeConfig, shortLived: boolean, log: Log): Promise<Carrier> {
  const listen = shortLived ? [] : await usableAddresses(config.listen, log)
  return tcpCarrier(listen, config.limits.network, config.mdns)
}
