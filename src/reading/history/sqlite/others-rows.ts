import type { Clock } from '../../../clock.ts'
import type { Reading } from '../../reading.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import { MAX_RECORDS } from '../../signed/senml.ts'
import type { RowRange } from '../history.ts'
import { rangesOf } from '../range.ts'
import { loneSignature } from '../rows/lone-pack.ts'
import type { LoggedPack } from '../rows/pack-log.ts'
import { storedRows } from '../rows/stored-rows.ts'
import { authorOf } from '../store/name-table.ts'
import type { StoredSealed } from '../store/sealed-table.ts'
import { withRows } from './row-shares.ts'
import { type HistoryShares, type SharedStore, shrinkToShares } from './shares.ts'
import type { TailRun } from './tail-run.ts'
import { sizeOf, sizeOfPart, type Tails, unwrittenOf, unwrittenSize } from './tails.ts'

export interface OthersRowsInit {
  readonly clock: Clock
  readonly tails: Tails
  /** Our own PeerId. */
  readonly peer: string
  /** Milliseconds: see historyLimits. */
  readonly limits: {
    readonly flush: number
    readonly blockAge: number
    readonly sealBytes: number
    readonly bytes: number
  }
  /** Unix seconds from which the age of what is kept now counts, 0 while unknown. */
  readonly arrival: () => number
  /** Takes a pack, or rows without seals, in place of the rows that it has. */
  readonly keep: (stored: StoredSealed) => void
}

/** An author whose readings came within this time, in milliseconds, is there to be asked. */
const THERE = 60_000

/** Packs that an end puts on disk, so that it is over in seconds: rows of further ones are there without their seals. */
const MAX_AT_END = 8192

/** Packs that go to disk at one time where seals in memory are too much: at a pack that came, which waits for it. */
const MAX_EVICTED = 128

/** The part of history.bytes that rows of others take together, before the oldest are kept without a block. */
const ROWS_PART = 1 / 4

/** The authors share the whole, so that what is too much goes of the one that has most. */
const ALL_TOGETHER: HistoryShares = { author: 1, claimed: 1, isClaimed: () => true }

/** Beside rows. */
const NOTHING: SharedStore = { usage: () => [], bytesOf: () => 0, dropOldestOf: () => 0 }

/** Readings of one series without a gap, ascending. */
interface Span {
  readonly first: Reading
  readonly readings: readonly Reading[]
}

/**
 * Rows of others: what comes as packs that go on after what is held. Their seals wait in memory until the author's block
 * replaces both, which spares the disk a signature of 64 bytes a pack. Where none comes, the packs go to disk as they are.
 */
export class OthersRows {
  readonly #init: OthersRowsInit
  /** Of which settle() has taken some packs. */
  readonly #settling = new Set<TailRun>()

  constructor(init: OthersRowsInit) {
    this.#init = init
  }

  /** @returns by how many bytes the rows grew; undefined for a pack that does not go on after all that is held */
  take(pack: SealedReadings): number | undefined {
    const found = spansOf(pack.readings)?.map((span) => ({ ...span, tail: this.#tailOf(pack, span.first) }))
    if (found === undefined || found.some(({ first, tail }) => first.position.seq <= tail.top))
      return undefined
    const { tails, clock, limits } = this.#init
    const spans = found.map(({ tail: { series, run }, first: { position }, readings }) => ({
      ...{ series, run, from: position.seq, to: position.seq + readings.length - 1 }
    }))
    const bytes = spans.length > 1 ? tails.share(pack.author, pack.bytes, spans) : pack.bytes
    const signature = loneSignature(pack)
    let grown = 0
    for (const [i, { tail, first, readings }] of found.entries()) {
      grown += tails.append(tail, readings, clock.monotonic())
      const { from = 0, to = 0 } = spans[i] ?? {}
      if (signature !== undefined && first.unit === tail.unit) tails.sign(tail, from, signature)
      else tails.seal(tail, from, to, bytes)
    }
    while (tails.sealBytes > limits.sealBytes && this.#evict());
    return grown
  }

  /** What waits long enough that its author has a block of it, the longest waiting first. */
  waiting(): RowRange[] {
    const { clock, limits } = this.#init
    const old = clock.monotonic() - limits.blockAge - limits.flush
    return this.#tails()
      .filter(({ parts, rows }) => rows >= MAX_RECORDS || (parts[0]?.at ?? Infinity) < old)
      .toSorted((a, b) => (a.parts[0]?.at ?? 0) - (b.parts[0]?.at ?? 0))
      .map(({ series, run, parts }) => ({
        series,
        run,
        from: parts[0]?.from ?? 0,
        to: parts.at(-1)?.to ?? 0
      }))
  }

  /**
   * What no block has replaced for twice the time of one is kept without it, and what is too much: the whole of a tail,
   * before the next.
   * @param max how many packs
   * @returns whether there is more
   */
  settle(max: number): boolean {
    const { clock, limits } = this.#init
    const old = clock.monotonic() - 2 * limits.blockAge
    let left = max
    const tails = this.#tails()
    const due = tails.filter(({ parts }) => (parts[0]?.at ?? Infinity) < old)
    for (const tail of new Set([...this.#settling, ...due, ...beyond(tails, ROWS_PART * limits.bytes)])) {
      if (left <= 0) return true
      const count = Math.min(left, tail.seals.count)
      left -= Math.max(1, count)
      this.#settle(tail, count)
    }
    return this.#settling.size > 0
  }

  /** Removes the oldest rows that are not written, of the author with the most first, until so many bytes are gone. */
  shrink(bytes: number): void {
    const { tails, peer } = this.#init
    const size = this.#tails().reduce((sum, tail) => sum + unwrittenOf(tail), 0)
    const rest = Math.max(0, size - bytes)
    shrinkToShares(withRows(NOTHING, tails, unwrittenSize), rest, ALL_TOGETHER, peer)
  }

  /** Before an end that is no crash: the packs of authors that are not there to be asked. */
  settleAway(): void {
    let left = MAX_AT_END
    for (const tail of this.#tails().toSorted((a, b) => a.seals.count - b.seals.count)) {
      if (this.#isCompleted(tail)) continue
      left -= tail.seals.count
      if (left < 0) return
      this.#spill(tail)
    }
  }

  #tails(): TailRun[] {
    const { tails, peer } = this.#init
    return tails.all().filter((tail) => !tail.series.startsWith(`${peer}/`) && tail.parts.length > 0)
  }

  #tailOf({ topic }: SealedReadings, { series, unit, position: run }: Reading): TailRun {
    const { tails } = this.#init
    return tails.find(series, run) ?? tails.open({ series, topic, unit, run })
  }

  /** @returns whether seals went */
  #evict(): boolean {
    const { tails } = this.#init
    const tail = tails.oldestSealed()
    if (tail === undefined) return false
    if (this.#isCompleted(tail)) tails.unseal(tail)
    else this.#spill(tail, MAX_EVICTED)
    return true
  }

  /** Whether the author's blocks have come of late, and it is there for the next. */
  #isCompleted({ series, heardAt }: TailRun): boolean {
    const { clock, limits, tails } = this.#init
    const now = clock.monotonic()
    const blockAt = tails.blockAt(series)
    return blockAt !== undefined && now - blockAt < 2 * limits.blockAge && now - heardAt < THERE
  }

  /** As arrival(), of the oldest row of a tail. */
  #dateOf({ parts }: TailRun): number {
    const { arrival, clock } = this.#init
    const now = clock.monotonic()
    return Math.max(0, arrival() - Math.round((now - (parts[0]?.at ?? now)) / 1000))
  }

  #settle(tail: TailRun, max: number): void {
    const dated = this.#dateOf(tail)
    this.#spill(tail, max)
    if (tail.seals.count > 0) {
      this.#settling.add(tail)
      return
    }
    this.#settling.delete(tail)
    const { keep } = this.#init
    const { topic } = tail
    for (const { first, readings } of stretches(tail.readings(0)))
      keep({
        kind: 'rows',
        topic,
        dated,
        bytes: storedRows(first, readings),
        ranges: rangesOf(readings)
      })
  }

  /** Packs take the place of their rows, the oldest at most. */
  #spill(tail: TailRun, max = Infinity): void {
    const { keep, tails } = this.#init
    const { topic } = tail
    const dated = this.#dateOf(tail)
    const packs = [...tail.packs().take(max)]
    const shared = new Set(packs.map((pack) => pack.shared))
    const rows = packs.map((): Reading[] => [])
    const found = this.#spansIn(tail, packs)
    // First and at once: rows that go one by one would have the seals that remain written anew each time.
    if (packs.length === tail.seals.count) tails.unseal(tail)
    for (const other of found.keys()) if (other !== tail) tails.unshare(other, shared)
    for (const [one, spans] of found)
      for (const [i, taken] of this.#takeRows(one, spans).entries()) rows[spans[i]?.pack ?? 0]?.push(...taken)
    for (const [i, { bytes }] of packs.entries())
      keep({ kind: 'pack', topic, dated, bytes, ranges: rangesOf(rows[i] ?? []) })
  }

  /** What packs of a tail have of it, and of others that share them, ascending; with the index of the pack. */
  #spansIn(
    tail: TailRun,
    packs: readonly LoggedPack[]
  ): Map<TailRun, { from: number; to: number; pack: number }[]> {
    const { tails } = this.#init
    const found = new Map([[tail, packs.map(({ from, to }, pack) => ({ from, to, pack }))]])
    for (const [pack, { shared }] of packs.entries()) {
      for (const { series, run, from, to } of shared?.spans ?? []) {
        const other = tails.find(series, run)
        if (other === undefined || other === tail) continue
        const spans = found.get(other) ?? []
        spans.push({ from, to, pack })
        found.set(other, spans)
      }
    }
    return found
  }

  /** Removes the rows of ranges, which are ascending. @returns them, range by range */
  #takeRows(tail: TailRun, ranges: readonly { from: number; to: number }[]): Reading[][] {
    // No seq is there twice.
    const most = (ranges.at(-1)?.to ?? -1) - (tail.parts[0]?.from ?? 0) + 1
    const rows = tail.readings(0, most)
    const taken: Reading[][] = []
    const cuts: { from: number; to: number }[] = []
    let next = 0
    for (const { from, to } of ranges) {
      const start = firstFrom(rows, from, next)
      const before = next
      next = firstFrom(rows, to + 1, start)
      taken.push(rows.slice(start, next))
      const last = cuts.at(-1)
      // Together with those before, where no row lies between.
      if (last !== undefined && start === before) last.to = to
      else cuts.push({ from, to })
    }
    for (const { from, to } of cuts) this.#init.tails.cut(tail.series, tail.run, from, to)
    return taken
  }
}

/** The index of the first row with this seq or a higher one, from an index on. */
function firstFrom(rows: readonly Reading[], seq: number, from: number): number {
  let i = from
  while ((rows[i]?.position.seq ?? Infinity) < seq) i++
  return i
}

/** Series by series; undefined where one has a gap. */
function spansOf(readings: readonly Reading[]): Span[] | undefined {
  const [first] = readings
  if (first === undefined) return undefined
  if (readings.length === 1) return [{ first, readings }]
  const spans: Span[] = []
  for (const alike of Map.groupBy(readings, ({ series }) => series).values()) {
    const ordered = alike.toSorted((a, b) => a.position.seq - b.position.seq)
    const [head] = ordered
    const follows = ({ position }: Reading, i: number): boolean =>
      position.seq === (head?.position.seq ?? 0) + i &&
      position.epoch === head?.position.epoch &&
      position.boot === head.position.boot
    if (head === undefined || !ordered.every(follows)) return undefined
    spans.push({ first: head, readings: ordered })
  }
  return spans
}

/** Without a gap, at most as many as a block has. */
function* stretches(readings: readonly Reading[]): Generator<Span> {
  for (let start = 0; ; ) {
    const first = readings[start]
    if (first === undefined) return
    let end = start + 1
    while (end - start < MAX_RECORDS && readings[end]?.position.seq === first.position.seq + end - start)
      end++
    yield { first, readings: readings.slice(start, end) }
    start = end
  }
}

/** Tails of the authors with the most rows, the longest waiting first, until the others have at most so many bytes. */
function beyond(tails: readonly TailRun[], bytes: number): TailRun[] {
  const found: TailRun[] = []
  const sizes = new Map(tails.map((tail) => [tail, sizeOf(tail, sizeOfPart)]))
  const total = (some: Iterable<TailRun>): number =>
    [...some].reduce((sum, tail) => sum + (sizes.get(tail) ?? 0), 0)
  let left = total(tails) - bytes
  if (left <= 0) return found
  const authors = [...Map.groupBy(tails, ({ series }) => authorOf(series)).values()].map((own) => ({
    tails: own.toSorted((a, b) => (b.parts[0]?.at ?? 0) - (a.parts[0]?.at ?? 0)),
    size: total(own)
  }))
  while (left > 0) {
    const [most] = authors.sort((a, b) => b.size - a.size)
    const tail = most?.tails.pop()
    if (most === undefined || tail === undefined) break
    found.push(tail)
    most.size -= sizes.get(tail) ?? 0
    left -= sizes.get(tail) ?? 0
  }
  return found
}
