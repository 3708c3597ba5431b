import type { QueryServer } from '../../protocol/query/server/query-server.ts'
import type { Switches } from '../sensors/switches.ts'
import type { Timekeeper } from '../time/timekeeper.ts'
import type { AssembleInit } from './assemble-init.ts'
import type { Clients } from './clients.ts'
import type { Acquaintance } from './peer-lookup.ts'
import type { Society } from './peers.ts'
import type { Language } from './protocols.ts'
import type { Voice } from './publishing.ts'
import type { Keeping } from './replication.ts'
import type { Measuring } from './sensing.ts'
import type { Storage } from './storage.ts'
import type { Links } from './transports.ts'

/** What a node is made of, in the order in which it is made: each layer needs only those before it. */
export interface Layers {
  readonly init: AssembleInit
  readonly language: Language
  readonly links: Links
  readonly society: Society
  readonly clients: Clients
  readonly timekeeper: Timekeeper
  readonly storage: Storage
  readonly keeping: Keeping
  readonly voice: Voice
  readonly measuring: Measuring
  readonly server: QueryServer
  readonly acquaintance: Acquaintance
  readonly switches: Switches
}

/** The layers that one step stands on. */
export type On<Layer extends keyof Layers> = Pick<Layers, Layer>
