/**
 * The byte protocol of chips with a pointer and 16-bit registers: a write sets the pointer, then, high
 * byte first, the register; a read gives the register again and again. What the registers mean is up to the model.
 */
export class WordRegisters {
  readonly #words: Map<number, number>
  #pointer = 0

  /** @param words the registers after power-on, by pointer */
  constructor(words: Readonly<Record<number, number>>) {
    this.#words = new Map(Object.entries(words).map(([pointer, word]) => [Number(pointer), word]))
  }

  /** A register; ffff where there is none. */
  get(pointer: number): number {
    return this.#words.get(pointer) ?? 0xffff
  }

  set(pointer: number, word: number): void {
    this.#words.set(pointer, word & 0xffff)
  }

  /**
   * @param writable the registers that take a word; others keep theirs
   * @returns the pointer of the register that was written, undefined where only the pointer was set
   */
  write([pointer, high, low]: Uint8Array, writable: readonly number[]): number | undefined {
    if (pointer !== undefined) this.#pointer = pointer
    if (high === undefined || !writable.includes(this.#pointer)) return undefined
    this.set(this.#pointer, (high << 8) | (low ?? this.get(this.#pointer) & 0xff))
    return this.#pointer
  }

  read(count: number): Uint8Array {
    const word = this.get(this.#pointer)
    return Uint8Array.from({ length: count }, (_, index) => (index % 2 === 0 ? word >> 8 : word & 0xff))
  }
}
