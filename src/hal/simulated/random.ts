/** Seed of a simulation: the same seed gives the same world. */
export type Seed = number | string

/** A generator of pseudo-random numbers: the same seed gives the same sequence. Not for keys. */
export class SeededRandom {
  #state: number

  constructor(seed: Seed) {
    this.#state = hash(seed)
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    return mix(this.#state) / 2 ** 32
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.next() * 256))
  }
}

/** 32 bits that depend on each character of the seed (FNV-1a, then mixed). */
export function hash(seed: Seed): number {
  let hashed = 0x811c9dc5
  for (const character of String(seed))
    hashed = Math.imul(hashed ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return mix(hashed)
}

/** Smooth noise between -1 and 1: a fixed random value at each whole `x`, eased in between. */
export function noise(seed: number, x: number): number {
  const whole = Math.floor(x)
  const part = x - whole
  const ease = part * part * (3 - 2 * part)
  return lattice(seed, whole) * (1 - ease) + lattice(seed, whole + 1) * ease
}

function lattice(seed: number, whole: number): number {
  return mix(seed ^ Math.imul(whole, 0x9e3779b9)) / 2 ** 31 - 1
}

/** The finaliser of MurmurHash3: each bit of the input changes half of the output's. */
function mix(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
