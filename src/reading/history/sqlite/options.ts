import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../../clock.ts'
import type { ClockStatus } from '../../../hal/time-source.ts'
import type { Log } from '../../../log.ts'
import type { Sealer } from '../../signed/sealer.ts'
import type { HistoryLimits } from '../limits.ts'
import type { HistoryShares } from './shares.ts'

export interface SqliteHistoryOptions {
  /** A file, or ':memory:'. */
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  readonly sealer: Sealer
  readonly time: () => ClockStatus
  /** The ProtocolName of our own readings of a quantity; undefined where no protocol carries it. */
  readonly topicOf: (quantity: string) => string | undefined
  /** Bytes of a pack's payload that the receivers of every protocol of a quantity take. */
  readonly maxPayloadOf: (quantity: string) => number
  readonly limits: HistoryLimits
  /** What other authors may take of the bytes; all unless given. */
  readonly shares?: HistoryShares
  /** Whether this many bytes of another author are stored now; all unless given. */
  readonly admits?: (author: string, bytes: number) => boolean
  /** Opens the database; openDatabase unless given. */
  readonly open?: (path: string) => DatabaseSync
  /** Is called when what damaged files had was taken over; the steps that follow come between other work. */
  readonly onSalvaged?: () => Iterable<unknown>
}
