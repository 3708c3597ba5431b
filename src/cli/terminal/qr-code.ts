/**
 * QR codes (ISO/IEC 18004) in byte mode, error correction level L, versions 1 to 5: those whose codewords are
 * one block, up to 106 bytes. That is enough for a PeerId (52) and for an address that ends in one.
 *
 *     0100 | length 8 | bytes | 0000 | padding EC 11 EC … | error correction
 */

/** Codewords for data and for error correction by version, level L [ISO/IEC 18004 table 9]. */
const BLOCKS: readonly (readonly [data: number, correction: number])[] = [
  [19, 7],
  [34, 10],
  [55, 15],
  [80, 20],
  [108, 26]
]
/** Mode, length and terminator take two codewords in all. */
const FRAME = 2
const BYTE_MODE = 0b0100
const PADDING = [0xec, 0x11] as const
/** Level L and mask 0 with their BCH check bits, masked [annex C.1]. Readers take any mask. */
const FORMAT = 0b111011111000100
const FINDER = 7
const TIMING = 6
/** Light modules around a code [ISO/IEC 18004 section 5.3.8]. */
const QUIET = 4
/** Two modules above each other, by [upper, lower]; a full block is light: most terminals are dark. */
const HALVES = { dark: { dark: ' ', light: '▄' }, light: { dark: '▀', light: '█' } } as const

/** A QR code for a terminal, two modules a character. @throws RangeError for more than 106 bytes */
export function qrLines(text: string): string[] {
  const modules = qrCode(text)
  const shade = (x: number, y: number): 'dark' | 'light' =>
    modules[y - QUIET]?.[x - QUIET] === true ? 'dark' : 'light'
  const size = modules.length + 2 * QUIET
  return Array.from({ length: Math.ceil(size / 2) }, (_row, row) =>
    Array.from({ length: size }, (_column, x) => HALVES[shade(x, 2 * row)][shade(x, 2 * row + 1)]).join('')
  )
}

/**
 * The modules of a code, row by row, without the quiet zone; true is dark.
 * @throws RangeError for more than 106 bytes
 */
export function qrCode(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text)
  const version = BLOCKS.findIndex(([data]) => bytes.length + FRAME <= data) + 1
  const [data, correction] = BLOCKS[version - 1] ?? []
  if (data === undefined || correction === undefined)
    throw new RangeError(`${bytes.length} bytes are too many for a QR code of one block`)
  const codewords = dataCodewords(bytes, data)
  const grid = new Grid(version)
  grid.fill([...codewords, ...remainder(codewords, generator(correction))])
  return grid.modules()
}

function dataCodewords(bytes: Uint8Array, count: number): number[] {
  const nibbles = [BYTE_MODE, bytes.length >> 4, bytes.length & 15]
  for (const byte of bytes) nibbles.push(byte >> 4, byte & 15)
  nibbles.push(0)
  const words = Array.from({ length: nibbles.length / 2 }, (_, i) => joined(nibbles, i))
  while (words.length < count) words.push(PADDING[(words.length - nibbles.length / 2) % 2] ?? 0)
  return words
}

function joined(nibbles: readonly number[], word: number): number {
  return ((nibbles[2 * word] ?? 0) << 4) | (nibbles[2 * word + 1] ?? 0)
}

/** In GF(256) with the polynomial 0x11d [section 7.5.2]. */
function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d)
    if ((b >> bit) & 1) product ^= a
  }
  return product
}

/** Coefficients of (x - 1)(x - 2)(x - 4)…, the leading 1 left out. */
function generator(degree: number): number[] {
  let polynomial = [1]
  for (let i = 0, root = 1; i < degree; i++, root = multiply(root, 2))
    polynomial = [...polynomial, 0].map(
      (coefficient, j) => coefficient ^ multiply(polynomial[j - 1] ?? 0, root)
    )
  return polynomial.slice(1)
}

function remainder(words: readonly number[], divisor: readonly number[]): number[] {
  let rest = divisor.map(() => 0)
  for (const word of words) {
    const factor = word ^ (rest[0] ?? 0)
    rest = divisor.map((coefficient, i) => (rest[i + 1] ?? 0) ^ multiply(coefficient, factor))
  }
  return rest
}

/** The modules: function patterns first, then data in the remaining ones. */
class Grid {
  readonly #size: number
  /** undefined: a module for data. */
  readonly #cells: (boolean | undefined)[][]

  constructor(version: number) {
    this.#size = 17 + 4 * version
    this.#cells = Array.from({ length: this.#size }, () => Array(this.#size).fill(undefined))
    for (let i = 0; i < this.#size; i++) {
      this.#set(TIMING, i, i % 2 === 0)
      this.#set(i, TIMING, i % 2 === 0)
    }
    const far = this.#size - FINDER
    for (const [x, y] of [
      [0, 0],
      [far, 0],
      [0, far]
    ] as const)
      this.#rings(x + 3, y + 3, 4, (ring) => ring !== 2 && ring !== 4)
    // The one alignment pattern of versions 2 to 5 [annex E].
    if (version > 1) this.#rings(far, far, 2, (ring) => ring !== 1)
    this.#format()
  }

  modules(): boolean[][] {
    return this.#cells.map((row) => row.map((cell) => cell === true))
  }

  /** In pairs of columns from the right, upwards and downwards by turns [section 7.7.3], under mask 0. */
  fill(codewords: readonly number[]): void {
    let bit = 0
    for (let right = this.#size - 1; right > 0; right -= 2) {
      if (right === TIMING) right -= 1
      const upward = ((right + 1) & 2) === 0
      for (let step = 0; step < this.#size; step++) {
        const y = upward ? this.#size - 1 - step : step
        for (const x of [right, right - 1]) {
          if (this.#cells[y]?.[x] !== undefined) continue
          const dark = ((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1
          this.#set(x, y, (dark === 1) !== ((x + y) % 2 === 0))
          bit += 1
        }
      }
    }
  }

  #set(x: number, y: number, dark: boolean): void {
    const row = this.#cells[y]
    if (row !== undefined && x >= 0 && x < this.#size) row[x] = dark
  }

  #rings(x: number, y: number, radius: number, isDark: (ring: number) => boolean): void {
    for (let dy = -radius; dy <= radius; dy++)
      for (let dx = -radius; dx <= radius; dx++)
        this.#set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))))
  }

  /** Twice, around the finder patterns, and the one module that is always dark [section 7.9]. */
  #format(): void {
    const end = this.#size - 1
    for (let i = 0; i < 15; i++) {
      const dark = ((FORMAT >> i) & 1) === 1
      const past = i >= TIMING ? 1 : 0
      if (i < 8) {
        this.#set(8, i + past, dark)
        this.#set(end - i, 8, dark)
      } else {
        this.#set(i === 8 ? 7 : 14 - i, 8, dark)
        this.#set(8, end - 14 + i, dark)
      }
    }
    this.#set(8, this.#size - 8, true)
  }
}
