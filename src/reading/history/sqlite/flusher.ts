import type { Clock } from '../../../clock.ts'
import type { Run } from '../../run.ts'
import type { ChunkPart } from '../store/chunk-table.ts'
import type { DurableStore } from '../store/durable-store.ts'
import type { HistoryStore } from '../store/history-store.ts'
import type { Recent } from './recent.ts'
import { bytesOf } from './tail-run.ts'
import { type TailName, unwrittenParts } from './tails.ts'

export interface FlusherInit {
  readonly clock: Clock
  readonly durable: DurableStore
  readonly recent: Recent
  /** Unix seconds; undefined while the time is unknown. */
  readonly now: () => number | undefined
  /** Called for rows that are damaged; with their series, where it is known. */
  readonly onDamaged: (series: string | undefined) => void
  /** Deletes what is old or too much, within the transaction. */
  readonly retain: (store: HistoryStore) => void
}

/** Moves what is in memory to disk, and reads rows from there at a start. */
export class Flusher {
  readonly #init: FlusherInit
  /** DurableStore.opened of the file whose chunks are known. */
  #known = 0
  /** Groups of chunks on disk. */
  readonly #groups = new Set<number>()

  constructor(init: FlusherInit) {
    this.#init = init
  }

  /** Takes over the rows of a file that was opened since; it may be another one. */
  load(): void {
    const { durable, recent } = this.#init
    const { opened } = durable
    if (opened === this.#known) return
    this.#known = durable.read((store) => {
      for (const tail of recent.tails.all()) for (const part of tail.parts) part.chunk = undefined
      this.#loadChunks(store)
      return opened
    }, this.#known)
    this.adopt()
  }

  /**
   * One transaction: packs and blocks up to `max`, the first first, and rows.
   * @param withRows whether all rows are written
   * @returns whether it was written, and whether there is more
   */
  write(max: number, withRows: boolean): { written: boolean; more: boolean } {
    const { durable, recent, now } = this.#init
    this.load()
    if (withRows) this.adopt()
    const rows = withRows ? unwrittenParts(recent.tails.all()) : []
    const batch = recent.sealed.first(max)
    const more = batch.length < recent.sealed.size
    const anchors = recent.anchors()
    let group: number | undefined
    // Rows whose block is not written yet are still needed.
    const dropped = more ? [] : this.#unused()
    const written = durable.write((store) => {
      // Of a file that was opened just now, nothing is known that could be dropped.
      const isKnown = durable.opened === this.#known
      for (const [, { peer, run, anchor }] of anchors) store.names.anchor(peer, run, anchor)
      if (rows.length > 0) group = store.chunks.add(this.#parts(store, rows), Math.floor(now() ?? 0))
      // A salvage counts what it has written there.
      if (withRows && isKnown && durable.unread.length === 0) store.tail.clear()
      for (const { stored } of batch) store.sealed.put(stored)
      for (const unused of dropped) if (isKnown) store.chunks.drop(unused)
      if (!more) this.#init.retain(store)
    })
    if (!written) return { written, more }
    for (const { tail, parts } of rows) {
      for (const part of parts) part.chunk = group
      tail.close()
    }
    for (const unused of dropped) this.#groups.delete(unused)
    if (group !== undefined) this.#groups.add(group)
    for (const { id } of batch) recent.sealed.remove(id)
    for (const [key, anchored] of anchors) recent.anchorWritten(key, anchored)
    this.load()
    if (!more) recent.tails.tidy()
    return { written, more }
  }

  /** Rows that a former version, or a salvage, has left one by one. They are written with the next chunk. */
  adopt(): void {
    const { durable, recent, clock } = this.#init
    const at = clock.monotonic()
    durable.read((store) => {
      for (const { series, topic, run } of store.tail.tails()) {
        for (const reading of store.tail.readings(series, run, 0)) {
          if (isSealedIn(store, series, run, reading.position.seq)) continue
          recent.tails.open({ series, topic, unit: reading.unit, run }).append(reading, at)
        }
      }
    }, undefined)
  }

  /** Groups of which no row is needed. */
  #unused(): number[] {
    const used = new Set(
      this.#init.recent.tails.all().flatMap(({ parts }) => parts.map(({ chunk }) => chunk))
    )
    return [...this.#groups].filter((group) => !used.has(group))
  }

  #parts(store: HistoryStore, rows: readonly Rows[]): ChunkPart[] {
    const now = this.#init.clock.monotonic()
    return rows.flatMap(({ tail, parts }) => {
      const [series, run] = store.names.ids(tail.series, tail.run, tail.topic, tail.unit)
      return parts.map((part) => {
        const age = Math.max(0, Math.round((now - part.at) / 1000))
        return { age, series, run, from: part.base, to: part.to, bytes: bytesOf(part) }
      })
    })
  }

  #loadChunks(store: HistoryStore): void {
    const { onDamaged, now } = this.#init
    const names = store.names.ofChunks()
    const time = now()
    this.#groups.clear()
    for (const { group, parts, date, isCut } of store.chunks.all()) {
      this.#groups.add(group)
      const passed = date === 0 || time === undefined ? 0 : Math.max(0, time - date)
      for (const part of parts) {
        const name = names.series.get(part.series)
        const run = names.runs.get(part.run)
        if (name === undefined || run === undefined || !part.isWhole) onDamaged(name?.series)
        else this.#take(store, { ...name, run }, part, { group, age: passed + part.age })
      }
      if (isCut) onDamaged(undefined)
    }
  }

  /** @param chunk its group, and seconds since the first row of the part came */
  #take(
    store: HistoryStore,
    name: TailName,
    { from, to, bytes }: ChunkPart,
    chunk: { group: number; age: number }
  ): void {
    const { recent, clock } = this.#init
    const { series, run } = name
    const at = clock.monotonic() - 1000 * chunk.age
    recent.tails.open(name).add({ base: from, from, to, at, bytes, chunk: chunk.group })
    for (const range of [...sealedIn(store, series, run, from, to), ...recent.sealed.held(series, run)])
      recent.tails.cut(series, run, range.from, range.to)
  }
}

type Rows = ReturnType<typeof unwrittenParts>[number]

/** Ranges on disk that overlap. */
function sealedIn(store: HistoryStore, series: string, run: Run, from: number, to: number) {
  const ranges: { from: number; to: number }[] = []
  for (let next = from; next <= to; ) {
    const [range] = store.sealed.ranges(series, run, next, 1)
    if (range === undefined || range.from > to) break
    ranges.push(range)
    next = range.to + 1
  }
  return ranges
}

function isSealedIn(store: HistoryStore, series: string, run: Run, seq: number): boolean {
  return sealedIn(store, series, run, seq, seq).length > 0
}
