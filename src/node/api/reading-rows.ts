/** The latest of one series, as a person or a program sees it. */
export interface SeriesView {
  peer: string
  /**
   * Name of the author: the book's, else the one it claims, else `…` and the PeerId's last 7 characters; both where
   * another peer has the claimed name too.
   */
  who: string
  /** `air/temperature`, `adc/voltage.a0` */
  series: string
  device: string
  quantity: string
  channel?: string
  state: 'value' | 'fault' | 'stale'
  value?: number | boolean
  /** The SenML unit; null for none. */
  unit: string | null
  /** `21.48 °C` */
  shown?: string
  fault?: { code: string; text: string }
  /** Why it is stale: 'silent' (connected, but no reading comes) or 'link' (not connected). */
  stale?: 'silent' | 'link'
  /** Unix seconds; null where the author's clock was unknown. */
  time: number | null
  quality: 0 | 1 | 2
  /** Only if `time` is more than 10 minutes ahead of this node's clock: the author's clock was, or is, wrong. */
  future?: true
  /** Seconds since it was measured, by the clocks where both are known, else since it was received. */
  age: number
  /** Seconds between readings. */
  interval: number
  position: { epoch: number; boot: string; seq: number }
  /** Always true: nothing unverified is shown. A signature shows which key measured, not whose it is. */
  signed: true
  /** Of an answer to ask: the path to the author, as PeerView has it; absent where there is no connection to it. */
  path?: string
  /** Whether the author is known: in the book, or this node. Else `who` is what it calls itself. */
  known: boolean
  door: 'own' | 'gossip' | 'observe' | 'read' | 'history' | 'datagram'
}

/** The maximum of readings of one request: three years of one a second. They are streamed, none is kept. */
export const MAX_HISTORY = 100_000_000

export interface HistoryRequest {
  who: string
  what: string
  /** Unix seconds. Readings without a known time are included if their run can lie in the window. */
  since?: number
  /** Unix seconds, not before `since`. Unless given, now: readings of the future are left out. */
  until?: number
  /** Readings, of all series together: 1 to 100000000, which holds unless given. */
  limit?: number
  /** Only so many of each series, the newest: 1 to 10000. */
  newest?: number
  timeout?: number
}

export type HistoryRow = ReadingRow | LostRow | IncompleteRow

/** A reading of the past. */
export interface ReadingRow extends Omit<SeriesView, 'state' | 'age' | 'stale'> {
  state: 'value' | 'fault'
  /** Seconds since the run (epoch and boot of `position`) began; only if `time` is null. */
  sinceStart?: number
  /** This node has lost the seal of the reading in a crash, and the author was not reached since to send it again. */
  unsealed?: true
  /** Who gave it: the author, the store of this node, or a holder: another peer that stores readings of the author. */
  from: 'own' | 'author' | 'holder'
  /** The holder as it is shown; only with `from: 'holder'`. */
  holder?: string
}

/** Readings that are known to be missing, and that nobody has any more. */
export interface LostRow {
  peer: string
  who: string
  series: string
  /** Seqs of one run, both included. */
  lost: { epoch: number; boot: string; from: number; to: number }
}

/** The last row of an author that could not be asked: readings of it may be missing. */
export interface IncompleteRow {
  peer: string
  who: string
  /** Why it could not be asked. */
  incomplete: string
}
