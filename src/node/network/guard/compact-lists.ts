/** Lists of more pieces than this are compacted … */
const MAX_PIECES = 256
/** … where their pieces have fewer bytes on average. Each piece takes about 140 bytes of the heap besides. */
const MIN_PIECE = 64

/** What is used of Uint8ArrayList (package uint8arraylist), in which all of libp2p gathers what is not complete. */
interface PieceList {
  bufs: Uint8Array[]
  readonly length: number
  appendAll(pieces: unknown[]): void
}

const compacted = new WeakSet<object>()

/**
 * Makes the lists of that class copy many small pieces into one, so that a message of a mebibyte that comes byte by
 * byte takes a few MB, not 140 (docs/network.md trap 26). Copies each byte at most about MIN_PIECE times.
 * @param list one of the class; anything else is left alone
 */
export function compactLists(list: unknown): void {
  if (typeof list !== 'object' || list === null || !('appendAll' in list)) return
  const prototype = Object.getPrototypeOf(list) as PieceList
  if (compacted.has(prototype)) return
  compacted.add(prototype)
  const { appendAll } = prototype
  prototype.appendAll = function (this: PieceList, pieces: unknown[]) {
    appendAll.call(this, pieces)
    if (this.bufs.length > MAX_PIECES && this.length < MIN_PIECE * this.bufs.length)
      this.bufs = [joined(this)]
  }
}

/** In memory of its own: a piece may be a view that keeps a whole packet. */
function joined({ bufs, length }: PieceList): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const piece of bufs) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
