import type { Connection, Libp2p } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Caller } from '../../peer/admission.ts'
import type { ManageRequest } from './codec.ts'
import type { ManageLimits } from './limits.ts'

export interface ManageInit {
  readonly limits: ManageLimits
  /** Whether requests of others are taken. */
  readonly isOffered: boolean
}

export interface ManageComponents {
  readonly network: Pick<Libp2p, 'handle' | 'unhandle'>
  readonly clock: Clock
  readonly log: Log
  readonly callerOf: (connection: Connection) => Caller
  /** Whether a caller may configure this node. Counted, and logged where it is refused. */
  readonly allows: (caller: Caller) => boolean
  /** Calls the listener when rights may have changed, until the returned function is called. */
  readonly onRights: (listener: () => void) => () => void
  /** The same as allows(), uncounted: asked again of what runs. */
  readonly stillAllows: (caller: Caller) => boolean
  /** Answers with JSON documents, one a line, without their line ends. @throws ManageError */
  readonly answer: (request: ManageRequest, caller: Caller, signal: AbortSignal) => AsyncIterable<string>
}
