/**
 * The byte protocol of chips with a pointer and 8-bit registers: a read gives consecutive registers from
 * the pointer on. The meaning of a write of several bytes differs from chip to chip.
 */
export class ByteRegisters {
  readonly #bytes = new Uint8Array(256)
  pointer = 0

  /** @param bytes the registers after power-on, by address; others are 0 */
  constructor(bytes: Readonly<Record<number, number>> = {}) {
    for (const [address, byte] of Object.entries(bytes)) this.set(Number(address), byte)
  }

  get(address: number): number {
    return this.#bytes[address & 0xff] ?? 0
  }

  /** Sets consecutive registers. */
  set(address: number, ...bytes: readonly number[]): void {
    this.#bytes.set(bytes, address)
  }

  read(count: number): Uint8Array {
    const bytes = Uint8Array.from({ length: count }, (_, index) => this.get(this.pointer + index))
    this.pointer = (this.pointer + count) & 0xff
    return bytes
  }
}
