import type { Reading } from '../../reading.ts'
import type { Run } from '../../run.ts'
import { multihashOfPeer } from '../../series.ts'
import { lonePack } from '../rows/lone-pack.ts'
import { type LoggedPack, PackLog, type Remake } from '../rows/pack-log.ts'
import { decodeRows, RowEncoder } from '../rows/row-codec.ts'
import type { SharedPack } from '../rows/shared-pack.ts'
import { authorOf } from '../store/name-table.ts'

/** Bytes of rows with which a part is full. */
const FULL = 900

/** Rows without a gap. */
export interface TailPart {
  /** seq of the first row of the bytes; the rows before `from` and behind `to` count no more. */
  readonly base: number
  from: number
  to: number
  /** Clock.monotonic() of its first row; below 0 where it came before this process began. */
  at: number
  /** The writer while rows are added. */
  bytes: Uint8Array | RowEncoder
  /** The group of chunks on disk that has it; undefined before it is written. */
  chunk: number | undefined
}

interface OpenPart extends TailPart {
  bytes: RowEncoder
}

/** The readings of one series and run that are in no block yet, as rows, and the seals of others. */
export class TailRun {
  readonly series: string
  readonly topic: string
  readonly unit: string | null
  readonly run: Run
  /** The highest seq that is held of the run, -1 where there is none. */
  top: number
  /** Clock.monotonic() when its last row came. */
  heardAt = 0
  /** The packs of another author whose rows are here, as signed. */
  seals = new PackLog()
  #parts: TailPart[] = []
  #open: OpenPart | undefined

  constructor(named: { series: string; topic: string; unit: string | null; run: Run; top: number }) {
    this.series = named.series
    this.topic = named.topic
    this.unit = named.unit
    this.run = { epoch: named.run.epoch, boot: named.run.boot }
    this.top = named.top
  }

  /** Ascending, none overlapping another. */
  get parts(): readonly TailPart[] {
    return this.#parts
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0 && this.seals.count === 0
  }

  get rows(): number {
    return this.#parts.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  }

  /** Milliseconds since the run began, of the oldest row. */
  get since(): number {
    const [first] = this.readings(0, 1)
    return first?.mono ?? 0
  }

  has(seq: number): boolean {
    return this.#parts.some(({ from, to }) => from <= seq && seq <= to)
  }

  /**
   * Adds a row unless its seq is held.
   * @param at Clock.monotonic()
   * @returns by how many bytes the rows grew
   */
  append(reading: Reading, at: number): number {
    const { seq } = reading.position
    if (seq <= this.top && this.has(seq)) return 0
    const open = this.#openFor(seq, at)
    const before = open.bytes.length
    open.bytes.append(reading)
    open.to = seq
    this.heardAt = at
    this.top = Math.max(this.top, seq)
    return open.bytes.length - before
  }

  /** Adds rows that were read from a chunk, without those that are held. */
  add(part: TailPart): void {
    let pieces = [part]
    for (const { from, to } of this.#parts) pieces = pieces.flatMap((piece) => outside(piece, from, to))
    this.#parts = [...this.#parts, ...pieces].sort((a, b) => a.from - b.from)
    this.#open = undefined
    this.top = Math.max(this.top, part.to)
  }

  /** Removes rows, and the seals of packs of which no row is left. */
  cut(from: number, to: number): void {
    if (!this.#parts.some((part) => part.from <= to && part.to >= from)) return
    this.#parts = this.#parts.flatMap((part) => outside(part, from, to))
    if (this.#open !== undefined && !this.#parts.includes(this.#open)) this.#open = undefined
    if (this.seals.count > 0)
      this.seals = this.seals.filter((pack) =>
        this.#parts.some((part) => part.from <= pack.to && part.to >= pack.from)
      )
  }

  /** The packs that end at `from` or later, as signed, ascending. */
  packs(from = 0): Generator<LoggedPack> {
    return this.seals.packs(this.#remake(), from)
  }

  lastPack(): LoggedPack | undefined {
    return this.seals.last(this.#remake())
  }

  /** A pack whose signature is kept alone has its row here: cut() removes both. */
  #remake(): Remake {
    const kid = multihashOfPeer(authorOf(this.series)) ?? Buffer.alloc(0)
    let part: TailPart | undefined
    let rows: Reading[] = []
    return (seq, signature) => {
      if (part === undefined || seq < part.from || seq > part.to) {
        part = this.#parts.find(({ from, to }) => from <= seq && seq <= to)
        rows = part === undefined ? [] : this.readingsOf(part)
      }
      const row = rows[seq - (part?.from ?? 0)]
      if (row === undefined) throw new RangeError(`${this.series} has no row ${seq}`)
      return lonePack(row, kid, signature)
    }
  }

  dropSeals(): void {
    this.seals.release()
    this.seals = new PackLog()
  }

  dropShared(packs: ReadonlySet<SharedPack | undefined>): void {
    this.seals = this.seals.filter(({ shared }) => shared === undefined || !packs.has(shared))
  }

  /** No further row is added to a part that is written. */
  close(): void {
    this.#open = undefined
    // In memory of their own: a view would keep all that the writer has, and the pool of Node that it is of.
    for (const part of this.#parts)
      if (part.bytes instanceof RowEncoder) part.bytes = new Uint8Array(bytesOf(part))
  }

  /** Ascending from a seq on. */
  readings(from: number, limit = Infinity): Reading[] {
    const found: Reading[] = []
    for (const part of this.#parts) {
      if (found.length >= limit) break
      if (part.to >= from) found.push(...this.readingsOf(part).filter(({ position }) => position.seq >= from))
    }
    return found
  }

  readingsOf(part: TailPart): Reading[] {
    const { series, unit, run } = this
    const rows = [...decodeRows(bytesOf(part), { series, unit, run, first: part.base })]
    return rows.slice(part.from - part.base, part.to - part.base + 1)
  }

  /** Rows of a part from its first on: what lies before it is not written again. */
  bytesOf(part: TailPart): Uint8Array {
    if (part.from === part.base) return bytesOf(part)
    const rows = new RowEncoder()
    for (const reading of this.readingsOf(part)) rows.append(reading)
    return rows.written()
  }

  #openFor(seq: number, at: number): OpenPart {
    if (this.#open?.to === seq - 1 && this.#open.bytes.length < FULL) return this.#open
    if (this.#open !== undefined) this.close()
    const open = { base: seq, from: seq, to: seq, at, bytes: new RowEncoder(), chunk: undefined }
    this.#open = open
    this.#parts.push(open)
    if (seq < this.top) this.#parts.sort((a, b) => a.from - b.from)
    return open
  }
}

export function bytesOf({ bytes }: TailPart): Uint8Array {
  return bytes instanceof RowEncoder ? bytes.written() : bytes
}

/** What of a part lies outside of a range. The same part, with other ends, where it is one. */
function outside(part: TailPart, from: number, to: number): TailPart[] {
  if (to < part.from || from > part.to) return [part]
  const before = part.from < from
  const after = part.to > to
  if (!before && !after) return []
  const rest = after ? { ...part, bytes: bytesOf(part), from: to + 1 } : undefined
  if (!before && rest !== undefined) {
    part.from = to + 1
    return [part]
  }
  const head = { ...part, bytes: bytesOf(part), to: from - 1 }
  return rest === undefined ? [head] : [head, rest]
}
