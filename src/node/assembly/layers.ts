import type { QueryServer } from '../../protocol/query/query-server.ts'
import type { Switches } from '../switches.ts'
import type { Timekeeper } from '../timekeeper.ts'
import type { Acquaintance } from './acquaintance.ts'
import type { AssembleInit } from './assemble-init.ts'
import type { Clients } from './clients.ts'
import type { Keeping } from './keeping.ts'
import type { Language } from './language.ts'
import type { Links } from './links.ts'
import type { Measuring } from './measuring.ts'
import type { Society } from './society.ts'
import type { Storage } from './storage.ts'
import type { Voice } from './voice.ts'

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
