import type { Reading, TimeQuality } from '../reading.ts'
import type { Position, Run } from '../run.ts'
import type { SealedReadings } from '../signed/sealed.ts'

/** A time of a run in its own milliseconds and in Unix time: turns the one into the other (docs/protocols.md section 10, runs). */
export interface RunAnchor {
  /** Milliseconds since the run began, at `unix`. */
  readonly mono: number
  /** Unix seconds; null while the time is unknown. */
  readonly unix: number | null
  /** Bound of the error of `unix`, in seconds. */
  readonly errorBound?: number
  readonly quality: TimeQuality
}

/** One of our own runs that history still holds something of. */
export type AnchoredRun = Run & RunAnchor

/** What is held of one series, as it goes over the wire: sealed bytes, or a range that is lost. */
export type HistoryItem =
  | {
      readonly kind: 'block' | 'pack'
      readonly topic: string
      readonly bytes: Uint8Array
      readonly run: Run
      /** First and last seq of the asked series in it. */
      readonly from: number
      readonly to: number
    }
  | { readonly kind: 'lost'; readonly run: Run; readonly from: number; readonly to: number }

export interface ItemLimit {
  readonly items: number
  /** Of sealed bytes; the first item comes however big it is. */
  readonly bytes: number
  /** The last position asked for; all that is held unless given. */
  readonly to?: Position | undefined
}

export interface HistoryQuery {
  readonly series: string
  /** Unix seconds. If either is given, readings without a known time are omitted unless `untimed` is true. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  readonly untimed?: boolean | undefined
  /** Maximum number of readings. */
  readonly limit: number
  /** Only positions above this one: where the last answer ended. */
  readonly after?: Position | undefined
}

/** A reading as history has it. */
export type HistoryReading = Reading & {
  /** It came under its author's seal, which a crash has lost: it is served to nobody until its author has been asked. */
  readonly unsealed?: true
}

/** What is held of one run of a series: ascending ranges of seq, both ends included. */
export interface HeldRun {
  readonly run: Run
  readonly ranges: readonly (readonly [from: number, to: number])[]
}

/** Rows of another author. */
export interface RowRange {
  readonly series: string
  readonly run: Run
  /** First and last seq. */
  readonly from: number
  readonly to: number
}

export type HistoryState = 'ok' | 'read-only' | 'full' | 'failing' | 'memory'

/** What a disk has damaged. */
export interface HistoryDamage {
  /** Databases that were set aside, until they are removed. */
  readonly files: readonly string[]
  /** Readings taken over from them since the start. */
  readonly salvaged: number
  /** Readings of them that are lost, as far as there is a trace of them. */
  readonly unsalvaged: number
  /** Packs, blocks and parts of rows that were damaged within a good database and removed, since the start. */
  readonly lost: number
}

export interface HistoryStatus {
  /** Anything but ok and memory: what is new is kept in memory, and tried again at each flush. */
  readonly state: HistoryState
  readonly error?: string
  /** Absent where nothing is damaged. */
  readonly damage?: HistoryDamage
  /** Size of what is kept, on disk and in memory. */
  readonly bytes: number
  /** Bytes written to disk since the start, estimated from pages. */
  readonly bytesWritten: number
  readonly readings: number
  /** null where it is kept in memory only. */
  readonly file: string | null
}

/** Where the author puts its own readings before anybody hears of them. */
export interface OwnHistory {
  /** Begins a run of our own; the former one is closed and sealed. */
  beginRun(run: Run, anchor: RunAnchor): void
  /** Records the time of a run of ours that became known later. */
  anchor(run: Run, anchor: RunAnchor): void
  /** Buffered: on disk with the next flush. */
  appendOwn(readings: readonly Reading[]): void
}

/** What was measured, by us and by those whom we keep: nothing twice, each under its author's seal. */
export interface History extends OwnHistory {
  /** Records the time of a run that became known later; a run of ours unless its author is given. */
  anchor(run: Run, anchor: RunAnchor, author?: string): void
  /**
   * Keeps a verified pack or block of another author, in place of what it covers. Readings of a pack that go on after
   * all that is held become rows, and the pack waits in memory for its author's block.
   */
  put(sealed: SealedReadings): void
  /**
   * What is held of a series from a position on, ascending. A gap in a series of our own is an item `lost`; a gap
   * in a series of another author may still be filled by its author and is left out.
   * @returns `next`: where to go on; undefined at the end
   */
  items(
    series: string,
    from: Position | undefined,
    limit: ItemLimit
  ): { items: HistoryItem[]; next: Position | undefined }
  /** Ascending by position, each once; times of anchored runs filled in as estimates. */
  readings(query: HistoryQuery): HistoryReading[]
  held(series: string): HeldRun[]
  /** Of that, readings of another author whose seals are lost: their author, or who has them sealed, is to be asked. */
  unsealed(series: string): RowRange[]
  /** Series of others of which an author has a block by now, the longest waiting first. */
  waiting(): RowRange[]
  /** The first position from `from` on that is kept in a pack or a row, not in a block; undefined where there is none. */
  firstPack(series: string, from: Position | undefined): Position | undefined
  /** The pack or block with the newest position of each series that is wanted, verified when it is taken; all unless given. */
  latest(isWanted?: (series: string) => boolean): Iterable<SealedReadings>
  /** Names of the series of which something is held. */
  series(author?: string): string[]
  /** Our own runs of which something is held, and the present one. */
  runs(): AnchoredRun[]
  flush(): void
  /** Takes over at once what damaged files still have: for those who must know it before they go on. */
  finishSalvage(): void
  /** Whether three flushes are overdue. A disk that takes nothing is no stall: flushes go on in memory. */
  readonly isStalled: boolean
  status(): HistoryStatus
  close(): void
}
