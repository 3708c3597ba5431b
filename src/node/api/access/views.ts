export interface AccessRequest {
  /** A name or purpose of the book, a PeerId or its tail, `near`, `anyone`, `mqtt`, `http`; all grants unless given. */
  who?: string
}

/** One right, or with `who` one word for one thing, granted or not. */
export interface AccessRow {
  /** As it is written in the grant, or as the peer is called here; `book` is everybody in it. */
  who: string
  /** PeerId, where it is about one peer. */
  peer?: string
  /** Names of the book that `who` of a grant means now; empty where it means nobody. */
  means?: string[]
  /** `all` of somebody who is denied. */
  word: 'read' | 'operate' | 'configure' | 'own' | 'all'
  /** A switch, sensor, series or ProtocolName; `everything`, `everything but private`, `the node`. */
  on: string
  allowed: boolean
  /** Each line that grants it: `kith.yaml:12`, `book: anna`, `in the book`, `on the local network`; `deny`. */
  by: string[]
}
