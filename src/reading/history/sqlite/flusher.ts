import type { Clock } from '../../../clock.ts'
import type { Reading } from '../../reading.ts'
import type { Run } from '../../run.ts'
import type { ChunkPart } from '../store/chunk-table.ts'
import type { DurableStore } from '../store/durable-store.ts'
import type { HistoryStore } from '../store/history-store.ts'
import type { Ids } from '../store/name-table.ts'
import type { HeldRange, NumberedRange } from '../store/sealed-table.ts'
import type { Recent } from './recent.ts'
import type { Retention } from './retention.ts'
import type { TailRun } from './tail-run.ts'
import { sizeOf, type TailName, unwrittenOf, unwrittenParts, writtenSize } from './tails.ts'

export interface FlusherInit {
  readonly clock: Clock
  readonly durable: DurableStore
  readonly recent: Recent
  /** Unix seconds by which the age of rows counts. */
  readonly time: Pick<Retention, 'now' | 'arrival'>
  /** Called once for rows that are damaged; with their series, where it is known. */
  readonly onDamaged: (series: string | undefined) => void
  /** Milliseconds: older rows are not read at a start. */
  readonly age: number
  /**
   * Deletes what is old or too much, within the transaction.
   * @param spare bytes of rows in the file that nobody needs
   * @param chunks the numbers that chunks have
   * @returns whether it deleted anything
   */
  readonly retain: (store: HistoryStore, spare: number, chunks: () => Ids[]) => boolean
  /** Bytes of rows that nobody needs, from which on the rest is written anew, so that they can go. */
  readonly maxSpare: number
}

/** The chunks of one flush. */
interface Group {
  readonly parts: NumberedRange[]
  /** Bytes of their rows. */
  size: number
}

/** A part of a chunk, or its rest, that cannot be read. */
interface Damaged {
  readonly group: number
  /** Its chunk and its place there. */
  readonly key: string
  /** Where it is known. */
  readonly series: string | undefined
}

/** How many rows of each group are needed, and of those that are not written. */
type Needed = Map<number | undefined, number>

/** Moves what is in memory to disk, and reads rows from there at a start. */
export class Flusher {
  readonly #init: FlusherInit
  /** DurableStore.opened of the file whose chunks are known. */
  #known = 0
  /** Whether rows that a salvage has left are being taken over. */
  #isAdopting = false
  /** Whether the flush that goes on writes all rows that were left one by one. */
  #hasAdopted = false
  /** Groups of chunks on disk. */
  readonly #groups = new Map<number, Group>()
  /** Those with rows that retention has deleted: a start would take these for rows without a block. */
  readonly #stale = new Set<number>()
  /** Whose rows the flush that goes on has still to write. */
  #tails: TailRun[] = []
  /** Parts on disk that are damaged: at each opening of the file they are found again. */
  #damaged: readonly Damaged[] = []

  constructor(init: FlusherInit) {
    this.#init = init
  }

  /** Takes over the rows of a file that was opened since; it may be another one. */
  load(): void {
    const { durable, recent } = this.#init
    const { opened } = durable
    if (opened === this.#known) return
    this.#known = durable.read((store) => {
      recent.tails.rewrite()
      if (this.hasRows) this.#tails = recent.tails.all()
      this.#loadChunks(store)
      return opened
    }, this.#known)
    this.adopt()
  }

  /** Whether begin() has left rows to write. */
  get hasRows(): boolean {
    return this.#tails.length > 0
  }

  /** Begins a flush of all rows: write() takes them tail by tail. */
  begin(): void {
    const { tails } = this.#init.recent
    this.load()
    this.#rewrite()
    this.#hasAdopted = !this.#isAdopting
    // By name: new names lie side by side in the pages of their indices.
    this.#tails = tails
      .all()
      .filter((tail) => unwrittenOf(tail) > 0)
      .sort((a, b) => (a.series < b.series ? -1 : 1))
  }

  /**
   * One transaction: packs and blocks up to `max`, the first first, and the rows of so many tails.
   * @returns whether it was written, and whether there is more
   */
  write(max: number, tails: number): { written: boolean; more: boolean } {
    const { durable, recent } = this.#init
    this.load()
    const { hasRows } = this
    const rows = unwrittenParts(this.#tails.splice(0, tails))
    const endsRows = hasRows && !this.hasRows
    const batch = recent.sealed.first(max)
    const more = batch.length < recent.sealed.size || this.hasRows
    const anchors = recent.anchors()
    let added: { group: number; parts: ChunkPart[] } | undefined
    let retained: { before: Needed; ranges: NumberedRange[] } | undefined
    // Rows whose block is not written yet are still needed, and those that are to be written anew.
    const dropped = more ? [] : this.#unused()
    const spare = more ? 0 : this.#spare(dropped)
    const written = durable.write((store) => {
      // Of a file that was opened just now, nothing is known that could be dropped.
      const isKnown = durable.opened === this.#known
      for (const [, { peer, run, anchor }] of anchors) store.names.anchor(peer, run, anchor)
      if (rows.length > 0) added = this.#addChunks(store, rows)
      // A salvage counts what it has written there, and not all of it may be taken over yet.
      if (endsRows && isKnown && durable.unread.length === 0 && this.#hasAdopted) store.tail.clear()
      for (const { stored } of batch) store.sealed.put(stored)
      for (const unused of dropped) if (isKnown) store.chunks.drop(unused)
      const numbers = (): Ids[] => [...this.#numbers(dropped), ...idsOf(added?.parts ?? [])]
      if (more || !isKnown) return
      const before = this.#needed()
      if (this.#init.retain(store, spare, numbers)) retained = { before, ranges: [...store.sealed.retired] }
    })
    if (!written) {
      this.#tails = []
      return { written, more }
    }
    for (const { tail, parts } of rows) {
      for (const part of parts) part.chunk = added?.group
      tail.close()
    }
    for (const unused of dropped) if (durable.opened === this.#known) this.#forget(unused)
    if (added !== undefined) this.#learn(added.group, added.parts)
    const rowsBefore = (group: number): number =>
      retained?.before.get(group === added?.group ? undefined : group) ?? 0
    if (retained !== undefined) this.#noteStale(retained.ranges, rowsBefore)
    for (const { id } of batch) recent.sealed.remove(id)
    for (const [key, anchored] of anchors) recent.anchorWritten(key, anchored)
    this.load()
    if (!more) recent.tails.tidy()
    return { written, more }
  }

  /** Rows that a former version, or a salvage, has left one by one. They are written with the next chunk. */
  adopt(): void {
    for (const _ of this.#adopted());
  }

  /** A tail a step. */
  *#adopted(): Generator<void> {
    const { durable, recent, clock } = this.#init
    this.#hasAdopted = false
    const at = clock.monotonic()
    for (const name of durable.read((store) => store.tail.tails(), [])) {
      const rows = durable.read((store) => this.#unsealed(store, name), [])
      if (rows.length > 0) recent.tails.append(recent.tails.open(name), rows, at)
      yield
    }
  }

  /** The rows of a tail that are in nothing else that is kept. */
  #unsealed(store: HistoryStore, { series, run }: TailName): Reading[] {
    const rows = store.tail.readings(series, run, 0)
    const [from, to] = [rows[0]?.position.seq ?? 0, rows.at(-1)?.position.seq ?? -1]
    const held = [...sealedIn(store, series, run, from, to), ...this.#init.recent.sealed.held(series, run)]
    held.sort((a, b) => a.from - b.from)
    let i = 0
    return rows.filter(({ position: { seq } }) => {
      while ((held[i]?.to ?? Infinity) < seq) i++
      return seq < (held[i]?.from ?? Infinity)
    })
  }

  /** After a salvage: takes over the rows that it left; what it put on disk sealed is needed as rows no more. A tail a step. */
  *salvaged(): Generator<void> {
    const { durable, recent } = this.#init
    this.#isAdopting = true
    yield* this.#adopted()
    this.#isAdopting = false
    for (const tail of recent.tails.all()) {
      durable.read((store) => this.#trim(store, tail), undefined)
      yield
    }
  }

  #trim(store: HistoryStore, tail: TailRun): void {
    const { series, run, parts } = tail
    tail.top = Math.max(tail.top, store.sealed.lastRange(series, run)?.to ?? -1)
    for (const range of sealedIn(store, series, run, parts[0]?.from ?? 0, parts.at(-1)?.to ?? -1))
      if (range.sealed >= 0) this.#init.recent.tails.cut(series, run, range.from, range.to)
  }

  /** Bytes of rows that are written and needed no more. @param dropped groups that do not count */
  #spare(dropped: readonly number[]): number {
    const groups = this.#bytesOf(this.#groups.keys()) - this.#bytesOf(dropped)
    const needed = this.#init.recent.tails.all().reduce((sum, tail) => sum + sizeOf(tail, writtenSize), 0)
    return Math.max(0, groups - needed)
  }

  #bytesOf(groups: Iterable<number>): number {
    return [...groups].reduce((sum, group) => sum + (this.#groups.get(group)?.size ?? 0), 0)
  }

  #rewrite(): void {
    const { tails } = this.#init.recent
    if (this.#isSparse()) tails.rewrite()
    for (const { parts } of tails.all())
      for (const part of parts)
        if (part.chunk !== undefined && this.#stale.has(part.chunk)) part.chunk = undefined
  }

  /**
   * @param retired what retention has deleted of packs and blocks
   * @param before how many rows of a group were needed before it
   */
  #noteStale(retired: readonly NumberedRange[], before: (group: number) => number): void {
    const needed = this.#needed()
    const ranges = Map.groupBy(retired, keyOf)
    const isRetired = (part: NumberedRange): boolean =>
      ranges.get(keyOf(part))?.some(({ from, to }) => from <= part.to && to >= part.from) === true
    for (const [group, { parts }] of this.#groups)
      if ((needed.get(group) ?? 0) < before(group) || (ranges.size > 0 && parts.some(isRetired)))
        this.#stale.add(group)
  }

  #needed(): Needed {
    const needed: Needed = new Map()
    for (const { parts } of this.#init.recent.tails.all())
      for (const { chunk, from, to } of parts) needed.set(chunk, (needed.get(chunk) ?? 0) + to - from + 1)
    return needed
  }

  #learn(group: number, parts: readonly ChunkPart[]): void {
    const known = this.#groups.get(group) ?? { parts: [], size: 0 }
    this.#groups.set(group, known)
    for (const { series, run, from, to, bytes } of parts) {
      known.parts.push({ series, run, from, to })
      known.size += bytes.length
    }
  }

  #forget(group: number): void {
    this.#groups.delete(group)
    this.#stale.delete(group)
    // Its numbers may be given to others.
    this.#damaged = this.#damaged.filter((damaged) => damaged.group !== group)
  }

  #isSparse(): boolean {
    const spare = this.#spare(this.#unused())
    // A third at least: to write the rest anew costs no more than twice what was written.
    return spare > this.#init.maxSpare && spare > this.#bytesOf(this.#groups.keys()) / 3
  }

  /** Groups of which no row is needed. */
  #unused(): number[] {
    const used = new Set(
      this.#init.recent.tails.all().flatMap(({ parts }) => parts.map(({ chunk }) => chunk))
    )
    return [...this.#groups.keys()].filter((group) => !used.has(group))
  }

  /** Of the groups that stay. */
  #numbers(dropped: readonly number[]): Ids[] {
    return [...this.#groups].flatMap(([group, { parts }]) => (dropped.includes(group) ? [] : idsOf(parts)))
  }

  #addChunks(store: HistoryStore, rows: readonly Rows[]): { group: number; parts: ChunkPart[] } {
    const { clock, time } = this.#init
    const at = clock.monotonic()
    const ids = rows.map(({ tail }) => store.names.ids(tail.series, tail.run, tail.topic, tail.unit))
    const parts = rows.flatMap((of, i) => {
      const [series = 0, run = 0] = ids[i] ?? []
      return of.parts.map((part): ChunkPart => {
        const age = Math.max(0, Math.round((at - part.at) / 1000))
        return { age, series, run, from: part.from, to: part.to, bytes: of.tail.bytesOf(part) }
      })
    })
    return { group: store.chunks.add(parts, Math.floor(time.now() ?? 0)), parts }
  }

  #loadChunks(store: HistoryStore): void {
    const { time } = this.#init
    const names = store.names.ofChunks()
    const now = time.arrival()
    const damaged: Damaged[] = []
    this.#groups.clear()
    this.#stale.clear()
    for (const { group, id, parts, date, isCut } of store.chunks.all()) {
      this.#learn(group, parts)
      const passed = date === 0 ? 0 : Math.max(0, now - date)
      for (const [i, part] of parts.entries()) {
        const name = names.series.get(part.series)
        const run = names.runs.get(part.run)
        if (name !== undefined && run !== undefined && part.isWhole)
          this.#take(store, { ...name, run }, part, { group, age: passed + part.age })
        else damaged.push({ group, key: `${id} ${i}`, series: name?.series })
      }
      if (isCut) damaged.push({ group, key: `${id} rest`, series: undefined })
    }
    this.#noteDamaged(damaged)
  }

  #noteDamaged(damaged: readonly Damaged[]): void {
    const known = new Set(this.#damaged.map(({ key }) => key))
    this.#damaged = damaged
    for (const { key, series } of damaged) if (!known.has(key)) this.#init.onDamaged(series)
  }

  /** @param chunk its group, and seconds since the first row of the part came */
  #take(
    store: HistoryStore,
    name: TailName,
    { from, to, bytes }: ChunkPart,
    chunk: { group: number; age: number }
  ): void {
    const { recent, clock, age } = this.#init
    // What retention has deleted may still be in a chunk that other rows keep.
    if (1000 * chunk.age > age) return
    const { series, run } = name
    const at = clock.monotonic() - 1000 * chunk.age
    recent.tails.open(name).add({ base: from, from, to, at, bytes, chunk: chunk.group })
    for (const range of [...sealedIn(store, series, run, from, to), ...recent.sealed.held(series, run)])
      recent.tails.cut(series, run, range.from, range.to)
  }
}

function idsOf(parts: readonly NumberedRange[]): Ids[] {
  return parts.map(({ series, run }): Ids => [series, run])
}

function keyOf({ series, run }: NumberedRange): string {
  return `${series} ${run}`
}

type Rows = ReturnType<typeof unwrittenParts>[number]

/** Ranges on disk that overlap. */
function sealedIn(store: HistoryStore, series: string, run: Run, from: number, to: number) {
  const ranges: HeldRange[] = []
  for (let next = from; next <= to; ) {
    const [range] = store.sealed.ranges(series, run, next, 1)
    if (range === undefined || range.from > to) break
    ranges.push(range)
    next = range.to + 1
  }
  return ranges
}
