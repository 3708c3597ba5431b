/** The bytes as a DataView, which reads 8 and 16 bits, big- and little-endian, and refuses to read beyond. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** The low `bits` of a word (at most 32) as a two's complement number. */
export function signed(word: number, bits: number): number {
  return (word << (32 - bits)) >> (32 - bits)
}

/** `60a0`: a word or byte as datasheets write it. */
export function hex(word: number, digits: number): string {
  return word.toString(16).padStart(digits, '0')
}
