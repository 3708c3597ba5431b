import type { Run } from '../../run.ts'
import { isPeerId, parseSeries } from '../../series.ts'
import type { CarvedRow, CarvedValue } from './carve.ts'

/** A row of `sealed`; nothing of it is verified. */
export interface CarvedSealed {
  readonly id: number
  readonly kind: 'pack' | 'block'
  readonly dated: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface CarvedRun {
  readonly epoch: number
  readonly boot: string
  readonly peerId?: number
  /** The columns of its anchor, under their names. */
  readonly anchor?: Readonly<Record<string, number | null>>
}

/** The names among the rows: of a table or, where that is lost, of the index that SQLite makes for UNIQUE. */
export class CarvedNames {
  readonly peers = new Map<number, string>()
  readonly series = new Map<number, string>()
  readonly runs = new Map<number, CarvedRun>()

  take({ rowid, values }: CarvedRow): void {
    if (rowid === undefined) this.#takeIndex(values)
    else if (values[0] === null) this.#takeTable(rowid, values)
  }

  /** Under the names of the columns, undefined where one of the two is not known. */
  of(row: { series: number; run: number }): { name: string; epoch: number; boot: string } | undefined {
    const name = this.series.get(row.series)
    const run = this.runs.get(row.run)
    return name === undefined || run === undefined ? undefined : { name, epoch: run.epoch, boot: run.boot }
  }

  learn(row: { series: number; run: number }, named: { series: string; run: Run }): void {
    if (!this.series.has(row.series)) this.series.set(row.series, named.series)
    if (!this.runs.has(row.run)) this.runs.set(row.run, named.run)
  }

  /**
   * Under the names of the columns.
   * @param authorOf whose run it is where the name of its author is lost
   */
  anchors(
    authorOf: (run: number) => string | undefined
  ): { peer: string; [column: string]: string | number | null }[] {
    return [...this.runs].flatMap(([id, { epoch, boot, peerId = -1, anchor }]) => {
      const peer = this.peers.get(peerId) ?? authorOf(id)
      return peer === undefined || anchor === undefined ? [] : [{ peer, epoch, boot, ...anchor }]
    })
  }

  #takeTable(id: number, values: readonly CarvedValue[]): void {
    const [, a, b, c] = values
    if (values.length <= 3 && isPeer(a)) this.peers.set(id, a)
    if (values.length === 5 && isSeries(b)) this.series.set(id, b)
    if (values.length === 8 && isCount(a) && isCount(b) && isBoot(c))
      this.runs.set(id, { peerId: a, epoch: b, boot: c, ...anchorOf(values) })
  }

  #takeIndex(values: readonly CarvedValue[]): void {
    const [a, b, c, d] = values
    if (values.length === 2 && isPeer(a) && isCount(b)) this.peers.set(b, a)
    if (values.length === 2 && isSeries(a) && isCount(b)) this.series.set(b, a)
    if (values.length === 4 && isCount(a) && isCount(b) && isBoot(c) && isCount(d) && !this.runs.has(d))
      this.runs.set(d, { peerId: a, epoch: b, boot: c })
  }
}

function anchorOf(values: readonly CarvedValue[]): Pick<CarvedRun, 'anchor'> {
  const [mono, unix, error, quality] = values.slice(4)
  const isAnchor = typeof mono === 'number' && isCount(quality) && quality <= 2
  if (!isAnchor || !isNumberOrNull(unix) || !isNumberOrNull(error)) return {}
  return {
    anchor: { anchor_mono: mono, anchor_unix: unix, anchor_error: error, anchor_quality: quality }
  }
}

export function carvedSealed({ rowid, values }: CarvedRow): CarvedSealed | undefined {
  const [id, kind, dated, bytes] = values
  const isRow = rowid !== undefined && id === null && (values.length === 4 || values.length === 5)
  if (!isRow || (kind !== 'pack' && kind !== 'block') || !isCount(dated)) return undefined
  return bytes instanceof Uint8Array ? { id: rowid, kind, dated, bytes } : undefined
}

/** The bytes of a row of `chunks`; nothing of it is verified. */
export function carvedChunk({ rowid, values }: CarvedRow): Uint8Array | undefined {
  const [id, bytes] = values
  const isRow = rowid !== undefined && id === null && values.length === 2
  return isRow && bytes instanceof Uint8Array ? bytes : undefined
}

/** Columns of `tail` and of `ranges`, which have as many. */
const COLUMNS = 11

/** A row of `ranges`. */
export interface CarvedRange {
  readonly series: number
  readonly run: number
  readonly from: number
  readonly to: number
  /** Below 0 where it is of rows without their seals. */
  readonly sealed: number
}

export function carvedRange({ rowid, values }: CarvedRow): CarvedRange | undefined {
  const [series, run, from, to, sealed] = values
  const faults = values[7]
  if (rowid !== undefined || values.length !== COLUMNS || !isCount(faults)) return undefined
  if (!isCount(series) || !isCount(run) || !isCount(from) || !isCount(to)) return undefined
  if (typeof sealed !== 'number' || !Number.isSafeInteger(sealed)) return undefined
  return from <= to ? { series, run, from, to, sealed } : undefined
}

/** A row of `tail`, the columns behind its series and run under their names. */
export interface CarvedTail {
  readonly series: number
  readonly run: number
  readonly columns: Readonly<Record<string, CarvedValue>>
}

export function carvedTail({ rowid, values }: CarvedRow): CarvedTail | undefined {
  const [series, run, seq, time = null, mono = null, value = null, fault, text, quality, bound, interval] =
    values
  const isRow =
    rowid === undefined && values.length === COLUMNS && (text === null || typeof text === 'string')
  if (!isRow || !isCount(series) || !isCount(run) || !isCount(seq)) return undefined
  if (fault === undefined || quality === undefined || bound === undefined || interval === undefined)
    return undefined
  const columns = { seq, time, mono, value, fault, fault_text: text, quality, error_bound: bound, interval }
  return { series, run, columns }
}

/** A whole number from 0 on, below 2^53. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isNumberOrNull(value: CarvedValue | undefined): value is number | null {
  return value === null || typeof value === 'number'
}

function isPeer(value: CarvedValue | undefined): value is string {
  return typeof value === 'string' && isPeerId(value)
}

function isSeries(value: CarvedValue | undefined): value is string {
  return typeof value === 'string' && parseSeries(value) !== undefined
}

export function isBoot(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)
}
