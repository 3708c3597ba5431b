import type { AccessWord } from '../access-words.ts'

/** One line of a list of grants. */
export interface Grant {
  /** A name or purpose of the book, a PeerId, or one of RESERVED_WHO. */
  readonly who: string
  readonly may: readonly AccessWord[]
  /** Switches, sensors, series without PeerId, ProtocolNames; everything unless given. */
  readonly on?: readonly string[] | undefined
  /** Where it is written: `kith.yaml:12`. */
  readonly by?: string | undefined
}
