import { BoundedMap } from '../../../bounded-map.ts'
import type { Reading } from '../../reading.ts'
import { type Run, sameRun } from '../../run.ts'
import { type PackSpan, SharedPack } from '../rows/shared-pack.ts'
import { authorOf } from '../store/name-table.ts'
import { SealedTails } from './sealed-tails.ts'
import { bytesOf, type TailPart, TailRun } from './tail-run.ts'

/** What a tail is of. */
export interface TailName {
  readonly series: string
  readonly topic: string
  readonly unit: string | null
  readonly run: Run
}

/** Series of which the time of the last block is known, at most: of others, packs go to disk that might have gone. */
const MAX_BLOCKS = 16_384

/** What a part counts, in bytes. */
export type PartSize = (part: TailPart) => number

/**
 * The readings of every series that are in no block yet, in memory. Chunks on disk hold the same rows, for the next
 * start. Seals of others are in memory alone.
 */
export class Tails {
  /** By author, then by series: an author has few, and of each few runs. */
  readonly #authors = new Map<string, Map<string, TailRun[]>>()
  readonly #sealed = new SealedTails()
  /** Clock.monotonic() when the last block came of a series; it outlives tails that hold nothing. */
  readonly #blockAt = new BoundedMap<string, number>(MAX_BLOCKS)
  readonly #topOf: (series: string, run: Run) => number

  /** @param topOf the highest seq that is kept elsewhere, -1 where there is none */
  constructor(topOf: (series: string, run: Run) => number) {
    this.#topOf = topOf
  }

  /** Bytes of seals, about. */
  get sealBytes(): number {
    return this.#sealed.bytes
  }

  get rows(): number {
    return this.all().reduce((sum, { rows }) => sum + rows, 0)
  }

  /** Bytes of rows that are not written. */
  get unwritten(): number {
    return this.all().reduce((sum, tail) => sum + unwrittenOf(tail), 0)
  }

  all(): TailRun[] {
    return [...this.#authors.values()].flatMap((series) => [...series.values()].flat())
  }

  of(series: string): readonly TailRun[] {
    return this.#authors.get(authorOf(series))?.get(series) ?? []
  }

  ofAuthor(author: string): TailRun[] {
    return [...(this.#authors.get(author)?.values() ?? [])].flat()
  }

  authors(): Iterable<string> {
    return this.#authors.keys()
  }

  bytesOf(author: string, size: PartSize): number {
    return this.ofAuthor(author).reduce((sum, tail) => sum + sizeOf(tail, size), 0)
  }

  find(series: string, run: Run): TailRun | undefined {
    return this.of(series).find((tail) => sameRun(tail.run, run))
  }

  /** The tail, made where there is none. */
  open(name: TailName): TailRun {
    const found = this.find(name.series, name.run)
    if (found !== undefined) return found
    const tail = new TailRun({ ...name, top: this.#topOf(name.series, name.run) })
    const author = authorOf(name.series)
    const known = this.#authors.get(author) ?? new Map<string, TailRun[]>()
    this.#authors.set(author, known)
    known.set(name.series, [...(known.get(name.series) ?? []), tail])
    return tail
  }

  /** @returns by how many bytes the rows grew */
  append(tail: TailRun, readings: readonly Reading[], at: number): number {
    return readings.reduce((sum, reading) => sum + tail.append(reading, at), 0)
  }

  /** A pack of rows in several tails, for seal(). */
  share(author: string, bytes: Uint8Array, spans: readonly PackSpan[]): SharedPack {
    return new SharedPack(bytes, spans, (change) => this.#sealed.weigh(author, change))
  }

  /** Keeps the signed bytes of rows that are here. @param from above those of all that are kept */
  seal(tail: TailRun, from: number, to: number, pack: Uint8Array | SharedPack): void {
    this.#sealed.change(tail, () => tail.seals.append(from, to, pack))
  }

  /** The same of one row whose pack is made again of it. */
  sign(tail: TailRun, seq: number, signature: Uint8Array): void {
    this.#sealed.change(tail, () => tail.seals.appendSignature(seq, signature))
  }

  /** The tail whose seals go first where they are too much. */
  oldestSealed(): TailRun | undefined {
    return this.#sealed.oldest()
  }

  /** @param at Clock.monotonic() */
  blockCame(series: string, at: number): void {
    this.#blockAt.set(series, at)
  }

  blockAt(series: string): number | undefined {
    return this.#blockAt.get(series)
  }

  /** Removes what lies within a range of a series. */
  cut(series: string, run: Run, from: number, to: number): void {
    const tail = this.find(series, run)
    if (tail === undefined) return
    tail.top = Math.max(tail.top, to)
    this.#sealed.change(tail, () => tail.cut(from, to))
  }

  /** Removes an author's oldest rows, as many parts as count so many bytes. @returns how many parts */
  cutOldestOf(author: string, bytes: number, size: PartSize): number {
    const parts = this.ofAuthor(author)
      .flatMap((tail) => tail.parts.map((part) => ({ tail, part, counts: size(part) })))
      .filter(({ counts }) => counts > 0)
      .sort((a, b) => a.part.at - b.part.at)
    const cuts = new Map<TailRun, Set<TailPart>>()
    let left = bytes
    let count = 0
    for (const { tail, part, counts } of parts) {
      if (left <= 0) break
      left -= counts
      count++
      cuts.set(tail, (cuts.get(tail) ?? new Set()).add(part))
    }
    for (const [tail, cut] of cuts)
      for (const { from, to } of spansOf(tail.parts, cut)) this.cut(tail.series, tail.run, from, to)
    return count
  }

  /** Has all rows written anew. */
  rewrite(): void {
    for (const tail of this.all()) for (const part of tail.parts) part.chunk = undefined
  }

  /** Lets the seals of a tail go; its rows remain. */
  unseal(tail: TailRun): void {
    this.#sealed.change(tail, () => tail.dropSeals())
  }

  /** Lets packs go that a tail shares with others. */
  unshare(tail: TailRun, packs: ReadonlySet<SharedPack | undefined>): void {
    this.#sealed.change(tail, () => tail.dropShared(packs))
  }

  /** Removes tails that hold nothing. */
  tidy(): void {
    for (const [author, known] of this.#authors) {
      for (const [series, tails] of known) {
        const rest = tails.filter(({ isEmpty }) => !isEmpty)
        if (rest.length === 0) known.delete(series)
        else if (rest.length < tails.length) known.set(series, rest)
      }
      if (known.size === 0) this.#authors.delete(author)
    }
  }
}

export const sizeOfPart: PartSize = (part) => bytesOf(part).length

/** Of what is written, nothing counts. */
export const unwrittenSize: PartSize = (part) => (part.chunk === undefined ? bytesOf(part).length : 0)

export const writtenSize: PartSize = (part) => (part.chunk === undefined ? 0 : bytesOf(part).length)

export function sizeOf({ parts }: TailRun, size: PartSize): number {
  return parts.reduce((sum, part) => sum + size(part), 0)
}

/** Bytes of rows that are not written. */
export function unwrittenOf(tail: TailRun): number {
  return sizeOf(tail, unwrittenSize)
}

/** Parts of tails that are not on disk, or only in chunks that are no longer there. */
export function unwrittenParts(tails: readonly TailRun[]): { tail: TailRun; parts: TailPart[] }[] {
  return tails
    .map((tail) => ({ tail, parts: tail.parts.filter(({ chunk }) => chunk === undefined) }))
    .filter(({ parts }) => parts.length > 0)
}

/** From the first to the last of those that lie side by side, so that a cut takes them at once. */
function spansOf(parts: readonly TailPart[], chosen: ReadonlySet<TailPart>): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = []
  for (const [i, part] of parts.entries()) {
    if (!chosen.has(part)) continue
    const last = spans.at(-1)
    if (last !== undefined && chosen.has(parts[i - 1] ?? part)) last.to = part.to
    else spans.push({ from: part.from, to: part.to })
  }
  return spans
}
