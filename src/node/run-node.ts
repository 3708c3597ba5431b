import { readFileSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import type { NodeConfig } from '../config/schema.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import type { Log } from '../log.ts'
import { type Home, openHome } from '../peer/home.ts'
import { ephemeralIdentity, type Identity, openIdentity } from '../peer/identity.ts'
import type { SensorProtocol } from '../protocol/define-sensor-protocol.ts'
import type { Quantity } from '../reading/quantity.ts'
import { type Assembled, assemble } from './assemble.ts'
import { chooseWorld, type WorldChoice } from './choose-world.ts'
import { type ControlServer, startControlServer } from './control-server.ts'
import { usableAddresses } from './listen.ts'
import { type Carrier, tcpCarrier } from './network.ts'
import type { Operations } from './operations.ts'

export interface StartInit {
  /** Absent: an identity of the moment, nothing is written. */
  readonly home?: string
  readonly config: NodeConfig
  readonly world: WorldChoice
  readonly log: Log
  /**
   * A node for one command: it is not listened to by others, and serves no control socket. Without `home` it
   * is nobody, and measures nothing.
   */
  readonly shortLived?: boolean
  /** In place of `home`: a home whose book is read. It is not locked, so its own node may start meanwhile. */
  readonly visits?: string
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
  /** In order, within 5 s; calling it again waits for the same end. */
  stop(): Promise<void>
  /** Resolves when the node has stopped. */
  readonly stopped: Promise<void>
}

/** Milliseconds in which neighbours turn up on a local network. */
const PATIENCE = 5_000

/** Opens the home, builds the world, assembles and starts a node; whatever was opened is closed where that fails. */
export async function startNode(init: StartInit): Promise<RunningNode> {
  const home = init.home === undefined ? undefined : await openHome(init.home, { create: true })
  try {
    return await startIn(home, init)
  } catch (error) {
    home?.close()
    throw error
  }
}

async function startIn(home: Home | undefined, init: StartInit): Promise<RunningNode> {
  const { log, shortLived = false } = init
  // Under a key of the moment its readings would be nobody's, and the buses belong to the home's own node.
  const config = shortLived && home === undefined ? { ...init.config, sensors: [], store: [] } : init.config
  const identity =
    init.identity ?? (home === undefined ? await ephemeralIdentity() : await openIdentity(home))
  const world = await chooseWorld(init.world, config, log)
  const own = await import('../../devices/index.ts')
  const assembled = await assemble({
    config,
    world,
    carrier: init.carrier ?? (await tcp(config, shortLived, log)),
    identity,
    home,
    visited: init.visits,
    devices: [...own.devices, ...(init.devices ?? [])],
    relay: own.relay,
    clocks: own.clockChips,
    protocols: init.protocols ?? [],
    quantities: init.quantities ?? [],
    version: version(),
    log,
    patience: PATIENCE,
    shortLived
  })
  await assembled.lifecycle.start()
  const control = home === undefined || shortLived ? undefined : await startControl(home, assembled, init)
  return running(assembled, control, home)
}

function running(
  assembled: Assembled,
  control: ControlServer | undefined,
  home: Home | undefined
): RunningNode {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  let stopping: Promise<void> | undefined
  async function stop(): Promise<void> {
    await control?.close()
    await assembled.lifecycle.stop()
    home?.close()
    resolve()
  }
  return {
    peer: assembled.peer,
    addresses: assembled.network.getMultiaddrs().map(String),
    operations: assembled.operations,
    assembled,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
    stopped
  }
}

async function startControl(
  home: Home,
  assembled: Assembled,
  { config, log }: StartInit
): Promise<ControlServer | undefined> {
  if (home.readOnly) {
    log.warn(`${home.path} is read-only: there is no control socket, commands cannot reach this node`)
    return undefined
  }
  try {
    return await startControlServer({
      home: home.path,
      operations: assembled.operations,
      clock: systemClock,
      log,
      limits: config.limits.control
    })
  } catch (error) {
    await assembled.lifecycle.stop()
    throw error
  }
}

async function tcp(config: NodeConfig, shortLived: boolean, log: Log): Promise<Carrier> {
  const listen = shortLived ? [] : await usableAddresses(config.listen, log)
  return tcpCarrier(listen, config.limits.network, config.mdns)
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { version: unknown }).version)
}
