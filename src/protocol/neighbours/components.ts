import type { Connection, Libp2p } from '@libp2p/interface'
import type { Log } from '../../log.ts'
import type { Admission, Caller } from '../../peer/admission.ts'
import type { AdjacentNetwork } from './adjacent-peers.ts'
import type { FinderInit } from './finder.ts'
import type { NeighboursLimits } from './limits.ts'

export interface NeighboursInit {
  readonly limits: NeighboursLimits
  /** Whether others may be told of this node: whether it handles the protocol. */
  readonly isListed: boolean
}

export interface NeighboursComponents
  extends Pick<FinderInit, 'self' | 'clock' | 'random' | 'inBook' | 'sharesLink'> {
  readonly network: Pick<Libp2p, 'handle' | 'unhandle'> & AdjacentNetwork
  readonly log: Log
  readonly admission: Pick<Admission, 'answers' | 'denies'>
  /** The facts of a connection; one through a relay or a neighbour is not direct. */
  readonly callerOf: (connection: Connection) => Caller
}
