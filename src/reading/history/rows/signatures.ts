/** Bytes of an Ed25519 signature (RFC 8032 section 5.1.6). */
const BYTES = 64
/** Signatures that a store has memory for at first, and in each further piece. */
const FIRST = 8
const PIECE = 64

/** Signatures by index, in pieces of memory of their own, which do not move as they grow. */
export class Signatures {
  readonly #pieces: Uint8Array[] = []
  #count = 0
  #size = 0

  /** Bytes of memory, about. */
  get size(): number {
    return this.#size
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
    const piece = this.#pieces[number]
    const room = BYTES * ((index % PIECE) + 1)
    if (piece !== undefined && room <= piece.length) return piece
    const grown = new Uint8Array(
      piece === undefined ? BYTES * (number === 0 ? FIRST : PIECE) : 2 * piece.length
    )
    if (piece !== undefined) grown.set(piece)
    this.#size += grown.length - (piece?.length ?? 0)
    this.#pieces[number] = grown
    return grown
  }
}
