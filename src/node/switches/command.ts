import type { Principal } from '../../peer/access/access.ts'
import type { OutletState } from './outlet.ts'

/** A moment of the node that owns an output, by its monotonic clock. */
export interface OwnerTime {
  /** 16 hex digits, another after each start of the node. */
  readonly boot: string
  /** Milliseconds since that start. */
  readonly ms: number
}

/** What somebody wants of an output. */
export interface SwitchCommand {
  readonly by: Principal
  readonly name: string
  readonly on: boolean
  /** The sender's number of it: the same one again within ten minutes gets the same answer and switches nothing. */
  readonly cmd?: string | undefined
  /** Milliseconds of a lease: after it the output goes to `whenLost`, unless the command comes again. */
  readonly for?: number | undefined
  /** The state in which it must be, else nothing is switched. */
  readonly expect?: boolean | undefined
  /** Of a command that came over the network: refused as late, more than `within` ms after what its sender saw last. */
  readonly sent?: { readonly seen: OwnerTime; readonly within: number } | undefined
  /** What of this machine it is, for the log: `rule frost`. */
  readonly why?: string | undefined
}

/** An output's state, as read back from it. */
export interface SwitchState extends OutletState {
  readonly name: string
}
