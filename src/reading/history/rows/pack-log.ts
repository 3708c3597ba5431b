import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { SharedPack } from './shared-pack.ts'
import { Signatures } from './signatures.ts'

/*
 * Packs of one series and run, of which each differs little from others but for its signature of 64 bytes:
 *
 *   entry = 0, varint length, bytes                                   as it is
 *         | varint 1 + offset of an entry as it is, of equal length, then until its end: varint alike, varint other,
 *           bytes                                                     alike bytes are those of that entry
 *
 * A pack that is made again of its row has its signature here alone; an entry is a row of them without a gap.
 */

/** Bytes that are alike between two others: fewer are cheaper written than left out. */
const MIN_ALIKE = 3

/** Lengths of packs of which one is kept as it is. */
const MAX_BASES = 8

/** Bytes of memory of an entry beside its bytes, about. */
const ENTRY_BYTES = 24

interface LoggedRange {
  readonly from: number
  readonly to: number
  /** Where other logs have it too. */
  readonly shared: SharedPack | undefined
}

export interface LoggedPack extends LoggedRange {
  readonly bytes: Uint8Array
}

/** Makes the pack of one row again, of its seq and its signature. */
export type Remake = (seq: number, signature: Uint8Array) => Uint8Array

/**
 * Signed packs of others in memory, ascending: in a third of their size, or as their signature; those of several series
 * are kept beside.
 */
export class PackLog {
  readonly #out = new ByteWriter()
  /** By length, where a pack of it is kept as it is. */
  readonly #bases = new Map<number, number>()
  /** Of entries. */
  readonly #from: number[] = []
  readonly #to: number[] = []
  /** The offset of its bytes; below 0, -1 - the index of its first signature. */
  readonly #at: number[] = []
  readonly #signatures = new Signatures()
  /** By entry. */
  readonly #shared = new Map<number, SharedPack>()
  #count = 0

  /** Bytes of memory, about, without packs that are shared. */
  get size(): number {
    return this.#out.length + this.#signatures.size + ENTRY_BYTES * this.#from.length
  }

  /** How many packs. */
  get count(): number {
    return this.#count
  }

  /** The first seq. */
  get first(): number | undefined {
    return this.#from[0]
  }

  /** @param from above the last `to` */
  append(from: number, to: number, pack: Uint8Array | SharedPack): void {
    this.#add(from, to, this.#out.length)
    this.#count++
    if (pack instanceof SharedPack) this.#share(pack)
    else this.#write(pack)
  }

  /** The pack of one row, which is made again of it. @param seq above the last `to` */
  appendSignature(seq: number, signature: Uint8Array): void {
    const index = this.#signatures.append(signature)
    this.#count++
    const last = this.#from.length - 1
    if ((this.#at[last] ?? 0) < 0 && this.#to[last] === seq - 1) this.#to[last] = seq
    else this.#add(seq, seq, -1 - index)
  }

  /** The packs that end at `from` or later, ascending. */
  *packs(remake: Remake, from = 0): Generator<LoggedPack> {
    for (let i = this.#firstEnding(from); i < this.#from.length; i++) {
      const shared = this.#shared.get(i)
      for (const range of this.#rangesOf(i, from)) {
        const bytes = shared?.bytes ?? this.#bytesOf(i, range.from, remake)
        yield { ...range, shared, bytes }
      }
    }
  }

  last(remake: Remake): LoggedPack | undefined {
    return this.packs(remake, this.#to.at(-1)).next().value ?? undefined
  }

  /** Ascending, without reading the packs; those of rows side by side are one. */
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
  filter(keeps: (pack: LoggedRange) => boolean): PackLog {
    const rest = new PackLog()
    for (const [i, at] of this.#at.entries()) {
      const shared = this.#shared.get(i)
      for (const { from, to } of this.#rangesOf(i)) {
        if (!keeps({ from, to, shared })) continue
        if (at < 0) rest.appendSignature(from, this.#signatureOf(i, from))
        else rest.append(from, to, shared ?? this.#read(at))
      }
    }
    this.release()
    return rest
  }

  /** Lets what is shared go: this log is used no more. */
  release(): void {
    for (const pack of this.#shared.values()) pack.release()
    this.#shared.clear()
  }

  #add(from: number, to: number, at: number): void {
    this.#from.push(from)
    this.#to.push(to)
    this.#at.push(at)
  }

  /** Of the packs of an entry. */
  *#rangesOf(i: number, from = 0): Generator<{ from: number; to: number }> {
    const [first = 0, last = 0, at = 0] = [this.#from[i], this.#to[i], this.#at[i]]
    if (at >= 0) yield { from: first, to: last }
    else for (let seq = Math.max(first, from); seq <= last; seq++) yield { from: seq, to: seq }
  }

  #bytesOf(i: number, seq: number, remake: Remake): Uint8Array {
    const at = this.#at[i] ?? 0
    return at < 0 ? remake(seq, this.#signatureOf(i, seq)) : this.#read(at)
  }

  #signatureOf(i: number, seq: number): Uint8Array {
    return this.#signatures.get(seq - (this.#from[i] ?? 0) - 1 - (this.#at[i] ?? 0))
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

  #read(at: number): Uint8Array {
    const reader = new ByteReader(this.#out.written(), at)
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
