/** Pieces shorter than this are gathered in blocks of as many bytes: a piece takes about 240 bytes of the heap besides. */
const BLOCK = 8192

/**
 * Bytes in their order. However small the pieces in which they came, they take at most twice as much memory as they
 * are, a block, and the memory of the first piece: what is a small part of its memory is copied, for a view keeps all
 * of it. A piece that comes while none waits, as most do, is not.
 */
export class ByteQueue {
  readonly #pieces: Uint8Array[] = []
  #length = 0
  /** Where short pieces are copied to, and how much of it is taken. */
  #block = new Uint8Array(0)
  #filled = 0

  get length(): number {
    return this.#length
  }

  /** Bytes of the first piece; a short one may still grow. */
  get firstLength(): number {
    return this.#pieces[0]?.length ?? 0
  }

  /** Bytes of all the memory that they keep. */
  get memory(): number {
    const kept = new Set(this.#pieces.map(({ buffer }) => buffer))
    if (this.#filled > 0) kept.add(this.#block.buffer)
    return [...kept].reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  push(bytes: Uint8Array): void {
    if (this.#length === 0 || isMostOfItsMemory(bytes)) this.#pieces.push(bytes)
    else for (let at = 0; at < bytes.length; ) at += this.#copy(bytes.subarray(at))
    this.#length += bytes.length
  }

  /** Of the first piece, at most so many bytes. */
  take(most: number): Uint8Array {
    const [first = new Uint8Array(0)] = this.#pieces
    const taken = first.subarray(0, most)
    if (taken.length === first.length) this.#pieces.shift()
    else this.#pieces[0] = first.subarray(most)
    this.#length -= taken.length
    if (this.#length === 0) this.clear()
    return taken
  }

  clear(): void {
    this.#pieces.length = 0
    this.#length = 0
    this.#block = new Uint8Array(0)
    this.#filled = 0
  }

  /** @returns how many of them there was room for */
  #copy(bytes: Uint8Array): number {
    if (this.#filled === this.#block.length) {
      this.#block = new Uint8Array(BLOCK)
      this.#filled = 0
    }
    const start = this.#filled
    const part = bytes.subarray(0, BLOCK - start)
    this.#block.set(part, start)
    this.#filled += part.length
    const last = this.#pieces.at(-1)
    if (last?.buffer !== this.#block.buffer) this.#pieces.push(this.#block.subarray(start, this.#filled))
    else this.#pieces[this.#pieces.length - 1] = this.#block.subarray(last.byteOffset, this.#filled)
    return part.length
  }
}

function isMostOfItsMemory({ length, buffer }: Uint8Array): boolean {
  return length >= BLOCK && 2 * length >= buffer.byteLength
}
