/**
 * Lines of multistream-select (github.com/multiformats/multistream-select): an unsigned varint length, then so many
 * bytes of which the last is a newline. Each is answered, until one names a protocol that this side speaks.
 */

/** As in @libp2p/multistream-select: longer lines end the stream there. */
const MAX_LINE = 1024

/** Follows what a peer says on one stream, without changing it, to count the lines that must be answered. */
export class Negotiation {
  readonly #speaks: (protocol: string) => boolean
  #line = Buffer.alloc(0)
  #filled = 0
  /** Bytes of the line; undefined while its length is awaited. */
  #length: number | undefined
  #firstByte: number | undefined
  #over = false

  constructor(speaks: (protocol: string) => boolean) {
    this.#speaks = speaks
  }

  /** Nothing that comes now is negotiated: a protocol was agreed, or the stream will end by a line of no form. */
  get over(): boolean {
    return this.#over
  }

  /** @returns how many lines bytes[from, to) completes */
  push(bytes: Uint8Array, from = 0, to = bytes.length): number {
    let lines = 0
    let at = from
    while (at < to && !this.#over) {
      if (this.#length === undefined) {
        this.#lengthByte(bytes[at] ?? 0)
        at++
      } else {
        const part = bytes.subarray(at, Math.min(to, at + this.#length - this.#filled))
        this.#line.set(part, this.#filled)
        this.#filled += part.length
        at += part.length
        if (this.#filled === this.#length) {
          lines++
          this.#endLine()
        }
      }
    }
    return lines
  }

  #lengthByte(byte: number): void {
    if (this.#firstByte !== undefined) this.#begin((this.#firstByte & 0x7f) | (byte << 7))
    else if (byte < 0x80) this.#begin(byte)
    else this.#firstByte = byte
  }

  #begin(length: number): void {
    this.#firstByte = undefined
    if (length === 0 || length > MAX_LINE) this.#over = true
    this.#length = length
    this.#filled = 0
    if (this.#line.length < length) this.#line = Buffer.alloc(Math.min(length, MAX_LINE))
  }

  #endLine(): void {
    const line = this.#line.toString('utf8', 0, this.#filled).trimEnd()
    this.#length = undefined
    if (this.#speaks(line)) this.#over = true
  }
}
