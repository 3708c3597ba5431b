import { type Run, sameRun } from '../../run.ts'
import { type PositionRange, without } from '../range.ts'
import { authorOf } from '../store/name-table.ts'
import type { HeldRange, StoredSealed } from '../store/sealed-table.ts'

/** Bytes of memory of a pack or block beside its bytes, about. */
const ENTRY_BYTES = 200

interface Entry {
  readonly id: number
  readonly stored: StoredSealed
  /** Those that nothing newer covers. */
  ranges: readonly PositionRange[]
}

interface RecentRange extends HeldRange {
  readonly kind: StoredSealed['kind']
}

interface RecentRun {
  readonly series: string
  readonly run: Run
  /** Ascending. */
  held: RecentRange[]
}

/** Packs and blocks that are not on disk yet, in the order in which they came. */
export class RecentSealed {
  readonly #entries = new Map<number, Entry>()
  /** By author, then by series. */
  readonly #authors = new Map<string, Map<string, RecentRun[]>>()
  #last = 0
  #bytes = 0

  get size(): number {
    return this.#entries.size
  }

  /** Bytes of memory, about. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Keeps sealed bytes, unless all their ranges are here, in place of everything here that they cover. Of rows, what no
   * sealed bytes here hold.
   */
  put(stored: StoredSealed): void {
    const fresh = stored.ranges
      .flatMap((range) => (stored.kind === 'rows' ? this.#unsealedParts(range) : [range]))
      .filter((range) => !this.#isCovered(range, stored.kind))
    if (fresh.length === 0) return
    const number = ++this.#last
    // As on disk, numbers below 0 are of rows without their seals.
    const id = stored.kind === 'rows' ? -number : number
    for (const range of fresh) {
      this.#dropCovered(range)
      if (stored.kind !== 'rows') this.#trimRows(range)
    }
    this.#entries.set(id, { id, stored, ranges: fresh })
    this.#bytes += sizeOf(stored)
    for (const range of fresh) this.#hold(id, stored, range)
  }

  /** The first, at most so many. */
  first(count: number): { id: number; stored: StoredSealed }[] {
    return [...this.#entries.values().take(count)].map(({ id, stored, ranges }) => ({
      id,
      stored: { ...stored, ranges }
    }))
  }

  remove(id: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    this.#bytes -= sizeOf(entry.stored)
    for (const { series, run } of entry.ranges) {
      const known = this.#find(series, run)
      if (known === undefined) continue
      known.held = known.held.filter(({ sealed }) => sealed !== id)
      if (known.held.length === 0) this.#forget(known)
    }
  }

  /** Up to `limit` ranges that end at `from` or later, ascending. */
  ranges(series: string, run: Run, from: number, limit: number): HeldRange[] {
    const held = this.#find(series, run)?.held ?? []
    return held.filter(({ to }) => to >= from).slice(0, limit)
  }

  held(series: string, run: Run): readonly RecentRange[] {
    return this.#find(series, run)?.held ?? []
  }

  /** The first seq of the first pack, or rows, that end at `from` or later. */
  firstPack(series: string, run: Run, from: number): number | undefined {
    return this.held(series, run).find(({ to, kind }) => to >= from && kind !== 'block')?.from
  }

  /** Rows of a series without their seals. */
  unsealed(series: string): { run: Run; from: number; to: number }[] {
    return this.#runs(series).flatMap(({ run, held }) =>
      held.filter(({ kind }) => kind === 'rows').map(({ from, to }) => ({ run, from, to }))
    )
  }

  /** The last range of a run; of those that are sealed, where `only.sealed` is true. */
  lastRange(series: string, run: Run, only: { sealed?: boolean } = {}): HeldRange | undefined {
    return this.held(series, run).findLast(({ sealed }) => only.sealed !== true || sealed >= 0)
  }

  get(id: number): StoredSealed | undefined {
    return this.#entries.get(id)?.stored
  }

  /** What is here of a series, by its author. */
  series(author: string): { series: string; run: Run }[] {
    return [...(this.#authors.get(author)?.values() ?? [])].flat().map(({ series, run }) => ({ series, run }))
  }

  authors(): Iterable<string> {
    return this.#authors.keys()
  }

  topic(series: string): string | undefined {
    const [range] = this.#runs(series).flatMap(({ held }) => held)
    return range && this.get(range.sealed)?.topic
  }

  /** How many readings are here. */
  count(): number {
    return this.#entries
      .values()
      .flatMap(({ ranges }) => ranges)
      .reduce((sum, { from, to }) => sum + to - from + 1, 0)
  }

  /** The bytes of each author. */
  usage(): [peer: string, bytes: number][] {
    const used = new Map<string, number>()
    for (const { stored } of this.#entries.values()) {
      const author = authorOf(stored.ranges[0]?.series ?? '')
      used.set(author, (used.get(author) ?? 0) + stored.bytes.length)
    }
    return [...used]
  }

  bytesOf(peer: string): number {
    return this.usage().find(([author]) => author === peer)?.[1] ?? 0
  }

  /** Deletes an author's oldest, as many as hold so many bytes. @returns how many were deleted */
  dropOldestOf(peer: string, bytes: number): number {
    let dropped = 0
    let freed = 0
    for (const { id, stored } of [...this.#entries.values()]) {
      if (freed >= bytes) break
      if (authorOf(stored.ranges[0]?.series ?? '') !== peer) continue
      this.remove(id)
      freed += stored.bytes.length
      dropped++
    }
    return dropped
  }

  #runs(series: string): readonly RecentRun[] {
    return this.#authors.get(authorOf(series))?.get(series) ?? []
  }

  #find(series: string, run: Run): RecentRun | undefined {
    return this.#runs(series).find((known) => sameRun(known.run, run))
  }

  #open({ series, run }: PositionRange): RecentRun {
    const found = this.#find(series, run)
    if (found !== undefined) return found
    const made: RecentRun = { series, run, held: [] }
    const author = authorOf(series)
    const known = this.#authors.get(author) ?? new Map<string, RecentRun[]>()
    this.#authors.set(author, known)
    known.set(series, [...(known.get(series) ?? []), made])
    return made
  }

  #forget({ series, run }: RecentRun): void {
    const known = this.#authors.get(authorOf(series))
    const rest = this.#runs(series).filter((other) => !sameRun(other.run, run))
    if (rest.length > 0) known?.set(series, rest)
    else known?.delete(series)
    if (known?.size === 0) this.#authors.delete(authorOf(series))
  }

  #hold(sealed: number, { kind }: StoredSealed, range: PositionRange): void {
    const known = this.#open(range)
    const { from, to, started, ended } = range
    const isLast = (known.held.at(-1)?.from ?? -1) < from
    known.held.push({ from, to, sealed, started, ended, kind })
    if (!isLast) known.held.sort((a, b) => a.from - b.from)
  }

  /** A block is better than a pack of just the same readings. */
  #isCovered({ series, run, from, to }: PositionRange, kind: StoredSealed['kind']): boolean {
    const before = this.#find(series, run)?.held.findLast((range) => range.from <= from)
    if (before === undefined || before.to < to) return false
    if (before.kind === 'rows' && kind !== 'rows') return false
    const isSame = before.from === from && before.to === to
    return !(isSame && kind === 'block' && before.kind === 'pack')
  }

  #unsealedParts(range: PositionRange): PositionRange[] {
    const sealed = this.held(range.series, range.run).filter(({ kind }) => kind !== 'rows')
    return without(range, sealed).map((part) => ({ ...range, ...part }))
  }

  #dropCovered({ series, run, from, to }: PositionRange): void {
    const covered = this.held(series, run).filter((range) => range.from >= from && range.to <= to)
    for (const range of covered) this.#replace(series, run, range, [])
  }

  /** Rows whose seals are lost make room for sealed bytes: what is left of them has no seq twice. */
  #trimRows({ series, run, from, to }: PositionRange): void {
    const overlapping = this.held(series, run).filter(
      (range) => range.kind === 'rows' && range.to >= from && range.from <= to
    )
    for (const range of overlapping) this.#replace(series, run, range, without(range, [{ from, to }]))
  }

  #replace(series: string, run: Run, old: RecentRange, parts: readonly { from: number; to: number }[]): void {
    const known = this.#find(series, run)
    const entry = this.#entries.get(old.sealed)
    if (known === undefined || entry === undefined) return
    known.held = known.held.flatMap((one) =>
      one === old ? parts.map((part) => ({ ...one, ...part })) : [one]
    )
    entry.ranges = entry.ranges.flatMap((range) => {
      const isIt = range.series === series && sameRun(range.run, run) && range.from === old.from
      return isIt ? parts.map((part) => ({ ...range, ...part })) : [range]
    })
    if (entry.ranges.length === 0) this.remove(old.sealed)
  }
}

function sizeOf({ bytes }: StoredSealed): number {
  return bytes.length + ENTRY_BYTES
}
