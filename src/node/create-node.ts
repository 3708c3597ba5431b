import { resolve } from 'node:path'
import { systemClock } from '../clock.ts'
import { isConfigError, ofProgram } from '../config/config-error.ts'
import type { ConfigInput } from '../config/input/config-input.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import type { World } from '../hal/world.ts'
import { type Log, silentLog } from '../log.ts'
import type { SensorProtocol } from '../protocol/define-sensor-protocol.ts'
import type { Quantity } from '../reading/quantity.ts'
import { furnish } from './choose-world.ts'
import type { Carrier } from './network/create-network.ts'
import { Node } from './node.ts'
import { startNode } from './run-node.ts'

export interface CreateNodeOptions {
  /** The folder with identity, history and book; a new identity and nothing on disk unless given. */
  readonly home?: string
  /** The content of kith.yaml, as an object or as YAML text; everything has a default. */
  readonly config?: ConfigInput | string
  /** This machine unless given; simulatedWorld() for one that simulates what the configuration names. */
  readonly world?: World
  /** Sensors of your own (defineSensor), to be named by `type` in the configuration. */
  readonly devices?: readonly SensorDefinition[]
  /** Sensor protocols of your own (defineSensorProtocol), and the quantities they carry. */
  readonly protocols?: readonly SensorProtocol[]
  readonly quantities?: readonly Quantity[]
  /** Silent unless given. */
  readonly log?: Log
  /** TCP and mDNS as configured unless given. @internal */
  readonly carrier?: Carrier
}

/**
 * Starts a node.
 * @throws ConfigError with everything that is wrong; NodeError where home, key or port cannot be had
 */
export async function createNode(options: CreateNodeOptions = {}): Promise<Node> {
  const { config: given = {}, devices: own = [], log = silentLog, world, ...rest } = options
  const [{ loadWithDevices }, { devices, clockChips }] = await Promise.all([
    import('../config/load-with-devices.ts'),
    import('../../devices/index.ts')
  ])
  // JSON is YAML, so both are parsed alike, with the same messages.
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  const { config, outside } = await loadWithDevices({
    text,
    devices: [...devices, ...own],
    clocks: clockChips,
    quantities: (rest.quantities ?? []).map(({ name }) => name),
    folder: resolve(rest.home ?? '.'),
    clock: systemClock,
    file: 'config'
  }).catch((error: unknown) => {
    throw isConfigError(error) ? ofProgram(error, typeof given !== 'string') : error
  })
  if (world !== undefined) await furnish(world, config, outside.models)
  const running = await startNode({
    ...rest,
    config,
    devices: [...own, ...outside.devices],
    world: world ?? 'linux',
    log
  })
  return new Node(running, config)
}
