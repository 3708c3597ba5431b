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
import type { Carrier } from '../network/create-network.ts'

/** All that a node is made of and does not choose itself. */
export interface AssembleInit {
  readonly config: NodeConfig
  readonly world: World
  readonly carrier: Carrier
  readonly identity: Identity
  /** undefined for a node that leaves nothing behind. */
  readonly home: Home | undefined
  /** A home whose book is read, and nothing else of it. */
  readonly readOnlyHome: string | undefined
  readonly devices: readonly SensorDefinition[]
  /** What a switch is. */
  readonly relay: ActuatorDefinition
  readonly clocks: readonly ClockDefinition[]
  /** Beside those that kith speaks by itself. */
  readonly protocols: readonly SensorProtocol[]
  readonly quantities: readonly Quantity[]
  readonly version: string
  readonly log: Log
  /** Milliseconds after the start in which an unknown name may still turn up. */
  readonly nameTimeout: number
  /** A node for one command: it has no name and tells nobody of itself. */
  readonly shortLived: boolean
}

/** Where a file of the home is; undefined where nothing may be left behind. */
export function fileOf({ home }: AssembleInit, name: string): string | undefined {
  return home === undefined || home.readOnly ? undefined : home.file(name)
}
