import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { SharedPack } from './shared-pack.ts'

/*
 * Packs of one series and run, of which each differs little from others but for its signature of 64 bytes:
 *
 *   entry = 0, varint length, bytes                                   as it is
 *         | varint 1 + offset of an entry as it is, of equal length, then until its end: varint alike, varint other,
 *           bytes                                                     alike bytes are those of that entry
 */

/** Bytes that are alike between two others: fewer are cheaper written than left out. */
const MIN_ALIKE = 3

/** Lengths of packs of which one is kept as it is. */
const MAX_BASES = 8

/** Bytes of memory of an entry beside its bytes, about. */
const ENTRY_BYTES = 24

export interface LoggedPack {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
  /** Where other logs have it too. */
  readonly shared: SharedPack | undefined
}

/** Signed packs of others in memory, ascending, in a third of their size; those of several series are kept beside. */
export class PackLog {
  readonly #out = new ByteWriter()
  /** By length, where a pack of it is kept as it is. */
  readonly #bases = new Map<number, number>()
  readonly #from: number[] = []
  readonly #to: number[] = []
  readonly #at: number[] = []
  /** By index. */
  readonly #shared = new Map<number, SharedPack>()

  /** Bytes of memory, about, without packs that are shared. */
  get size(): number {
    return this.#out.length + ENTRY_BYTES * this.#from.length
  }

  get count(): number {
    return this.#from.length
  }

  /** The first seq. */
  get first(): number | undefined {
    return this.#from[0]
  }

  /** @param from above the last `to` */
  append(from: number, to: number, pack: Uint8Array | SharedPack): void {
    this.#from.push(from)
    this.#to.push(to)
    this.#at.push(this.#out.length)
    if (pack instanceof SharedPack) this.#share(pack)
    else this.#write(pack)
  }

  /** The packs that end at `from` or later, ascending. */
  *packs(from = 0): Generator<LoggedPack> {
    for (let i = this.#firstEnding(from); i < this.#from.length; i++) yield this.#pack(i)
  }

  last(): LoggedPack | undefined {
    return this.#from.length === 0 ? undefined : this.#pack(this.#from.length - 1)
  }

  /** Ascending, without reading the packs. */
  *ranges(from = 0): Generator<{ from: number; to: number }> {
    for (let i = this.#firstEnding(from); i < this.#from.length; i++)
      yield { from: this.#from[i] ?? 0, to: this.#to[i] ?? 0 }
  }

  /** Whether a pack has this seq. */
  has(seq: number): boolean {
    const i = this.#firstEnding(seq)
    return (this.#from[i] ?? Infinity) <= seq
  }

  /** The same with some of the packs, in place of this one. */
  filter(keeps: (pack: LoggedPack) => boolean): PackLog {
    const rest = new PackLog()
    for (const pack of this.packs())
      if (keeps(pack)) rest.append(pack.from, pack.to, pack.shared ?? pack.bytes)
    this.release()
    return rest
  }

  /** Lets what is shared go: this log is used no more. */
  release(): void {
    for (const pack of this.#shared.values()) pack.release()
    this.#shared.clear()
  }

  #share(pack: SharedPack): void {
    pack.hold()
    this.#shared.set(this.#from.length - 1, pack)
  }

  #write(bytes: Uint8Array): void {
    const base = this.#bases.get(bytes.length)
    if (base === undefined) this.#appendBase(bytes)
    else this.#appendChange(base, bytes)
  }

  #appendBase(bytes: Uint8Array): void {
    if (this.#bases.size < MAX_BASES) this.#bases.set(bytes.length, this.#out.length)
    this.#out.varint(0)
    this.#out.varint(bytes.length)
    this.#out.bytes(bytes)
  }

  #appendChange(at: number, bytes: Uint8Array): void {
    const base = this.#readBase(at)
    this.#out.varint(1 + at)
    for (let done = 0; done < bytes.length; ) {
      const start = firstOther(base, bytes, done)
      const end = start + otherLength(base, bytes, start)
      this.#out.varint(start - done)
      this.#out.varint(end - start)
      this.#out.bytes(bytes.subarray(start, end))
      done = end
    }
  }

  #readBase(at: number): Buffer {
    const reader = new ByteReader(this.#out.written(), at)
    reader.varint()
    return reader.bytes(reader.varint())
  }

  #pack(i: number): LoggedPack {
    const [from = 0, to = 0, shared] = [this.#from[i], this.#to[i], this.#shared.get(i)]
    return { from, to, shared, bytes: shared?.bytes ?? this.#read(i) }
  }

  #read(i: number): Uint8Array {
    const reader = new ByteReader(this.#out.written(), this.#at[i])
    const head = reader.varint()
    const bytes = Buffer.from(head === 0 ? reader.bytes(reader.varint()) : this.#readBase(head - 1))
    for (let done = 0; head > 0 && done < bytes.length; ) {
      const start = done + reader.varint()
      const other = reader.bytes(reader.varint())
      bytes.set(other, start)
      done = start + other.length
    }
    return bytes
  }

  #firstEnding(seq: number): number {
    let low = 0
    for (let high = this.#to.length; low < high; ) {
      const middle = (low + high) >>> 1
      if ((this.#to[middle] ?? 0) < seq) low = middle + 1
      else high = middle
    }
    return low
  }
}

function firstOther(base: Uint8Array, bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && base[at] === bytes[at]) at++
  return at
}

/** Up to where MIN_ALIKE bytes are alike, or the end. */
function otherLength(base: Uint8Array, bytes: Uint8Array, from: number): number {
  let alike = 0
  let at = from
  while (at < bytes.length && alike < MIN_ALIKE) {
    alike = base[at] === bytes[at] ? alike + 1 : 0
    at++
  }
  return at - from - alike
}
