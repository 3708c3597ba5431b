/** Bytes of an Ed25519 signature (RFC 8032 section 5.1.6). */
const BYTES = 64
/** Signatures that a store has memory for at first, and in each further piece. */
const FIRST = 8
const PIECE = 64

/** Signatures by index, in pieces of memory of their own, which do not move as they grow. */
export class Signatures {
  readonly #pieces: Uint8Array[] = []
  #count = 0

  /** Bytes of memory, about. */
  get size(): number {
    return this.#pieces.reduce((sum, { length }) => sum + length, 0)
  }

  /** @returns its index */
  append(signature: Uint8Array): number {
    const index = this.#count++
    this.#pieceFor(index).set(signature, BYTES * (index % PIECE))
    return index
  }

  get(index: number): Uint8Array {
    const start = BYTES * (index % PIECE)
    const piece = this.#pieces[Math.floor(index / PIECE)]
    if (piece === undefined || index >= this.#count) throw new RangeError(`no signature ${index}`)
    return piece.subarray(start, start + BYTES)
  }

  #pieceFor(index: number): Uint8Array {
    const number = Math.floor(index / PIECE)
    const piece = this.#pieces[number] ?? new Uint8Array(BYTES * (number === 0 ? FIRST : PIECE))
    const room = BYTES * ((index % PIECE) + 1)
    const grown = room <= piece.length ? piece : new Uint8Array(2 * piece.length)
    if (grown !== piece) grown.set(piece)
    this.#pieces[number] = grown
    return grown
  }
}
