import type { NodeConfig } from '../../config/schema.ts'
import type { ActuatorDefinition } from '../../hal/actuator.ts'
import type { ClockDefinition } from '../../hal/clock-chip.ts'
import type { SensorDefinition } from '../../hal/sensor.ts'
import type { World } from '../../hal/world.ts'
import type { Log } from '../../log.ts'
import type { Home } from '../../peer/identity/home.ts'
import type { Identity } from '../../peer/identity/identity.ts'
import type { SensorProtocol } from '../../protocol/define-sensor-protocol.ts'
import type { Quantity } from '../../reading/quantity.ts'
import type { ConfigSource } from '../configuration/live-config.ts'
import type { Carrier } from '../network/create-network.ts'

/** What assemble() is given. */
export interface AssembleInit {
  readonly config: NodeConfig
  readonly world: World
  readonly carrier: Carrier
  readonly identity: Identity
  /** Where `config` comes from; undefined where it is no file. */
  readonly configSource?: ConfigSource | undefined
  /** Ends the node where something starts it again. */
  readonly restart?: (() => void) | undefined
  /** undefined for a node that writes no files. */
  readonly home: Home | undefined
  /** A home of which only the book is read. */
  readonly readOnlyHome: string | undefined
  /** A folder whose group may ask the node, too; none unless given. */
  readonly sharedFolder?: string | undefined
  readonly devices: readonly SensorDefinition[]
  /** The device of every switch. */
  readonly relay: ActuatorDefinition
  readonly clocks: readonly ClockDefinition[]
  /** Protocols of the application, besides those of kith. */
  readonly protocols: readonly SensorProtocol[]
  readonly quantities: readonly Quantity[]
  readonly version: string
  readonly log: Log
  /** Milliseconds after the start in which an unknown name may still turn up. */
  readonly nameTimeout: number
  /** A node for one command: it has no name and publishes nothing. */
  readonly shortLived: boolean
  /** Sensors of the configuration that a node for one command does not open: their names and grants are known all the same. */
  readonly unopened?: NodeConfig['sensors'] | undefined
}

/** The path of a file in the home; undefined where no file may be written. */
export function fileOf({ home }: AssembleInit, name: string): string | undefined {
  return home === undefined || home.readOnly ? undefined : home.file(name)
}
