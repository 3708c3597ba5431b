/** The parts as one plain array of its own memory (a Buffer's slice would be a view of Node's shared pool). */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}

export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

export function hexOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** A character a byte: bytes as the key of a map. */
export function latin1OfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/**
 * Bytewise lexicographic order, as Buffer.compare's: for keys of maps, which are so short that calling that costs
 * more.
 */
export function compareBytes(
  one: Uint8Array,
  start: number,
  end: number,
  other: Uint8Array,
  otherStart: number,
  otherEnd: number
): number {
  const shorter = Math.min(end - start, otherEnd - otherStart)
  for (let at = 0; at < shorter; at++) {
    const order = (one[start + at] ?? 0) - (other[otherStart + at] ?? 0)
    if (order !== 0) return order
  }
  return end - start - (otherEnd - otherStart)
}
