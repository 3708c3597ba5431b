const BEGIN = 64
/** A number of 53 bits takes so many bytes as a varint. */
const MAX_VARINT = 8

/** Bytes that grow. Whole numbers are varints: 7 bits a byte, the lowest first, the top bit set but in the last. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(BEGIN)
  #length = 0

  get length(): number {
    return this.#length
  }

  u8(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  /** @param value 0 to 2^53 - 1 */
  varint(value: number): void {
    this.#room(MAX_VARINT)
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  u32(value: number): void {
    this.#room(4)
    this.#length = this.#bytes.writeUInt32LE(value, this.#length)
  }

  f64(value: number): void {
    this.#room(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  text(value: string): void {
    const bytes = Buffer.from(value)
    this.varint(bytes.length)
    this.bytes(bytes)
  }

  /** What was written so far, as a view that later writing does not change. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#length + count, Math.ceil(1.5 * this.#bytes.length)))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}
