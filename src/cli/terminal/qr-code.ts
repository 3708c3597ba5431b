/**
 * QR codes (ISO/IEC 18004) in byte mode, error correction level L, versions 1 to 11, up to 321 bytes. That is enough
 * for every invite (docs/protocols.md section 3, "Invites").
 *
 *     0100 | length 8, from version 10 on 16 | bytes | 0000 | padding EC 11 EC … | error correction
 */

/**
 * Codewords for data and for error correction of one block by version, level L, and how many blocks there are; the
 * long ones have one codeword for data more [ISO/IEC 18004 table 9].
 */
const BLOCKS: readonly Blocks[] = [
  { data: 19, correction: 7, short: 1, long: 0 },
  { data: 34, correction: 10, short: 1, long: 0 },
  { data: 55, correction: 15, short: 1, long: 0 },
  { data: 80, correction: 20, short: 1, long: 0 },
  { data: 108, correction: 26, short: 1, long: 0 },
  { data: 68, correction: 18, short: 2, long: 0 },
  { data: 78, correction: 20, short: 2, long: 0 },
  { data: 97, correction: 24, short: 2, long: 0 },
  { data: 116, correction: 30, short: 2, long: 0 },
  { data: 68, correction: 18, short: 2, long: 2 },
  { data: 81, correction: 20, short: 4, long: 0 }
]
interface Blocks {
  readonly data: number
  readonly correction: number
  readonly short: number
  readonly long: number
}
/** From this version on the length has 16 bits [table 3]. */
const LONG_LENGTH = 10
/** From this version on the code holds its version [section 7.10], with check bits of this polynomial [annex D]. */
const NUMBERED = 7
const VERSION_POLYNOMIAL = 0x1f25
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

/** A QR code for a terminal, two modules a character. @throws RangeError for more than 321 bytes */
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
 * @throws RangeError for more than 321 bytes
 */
export function qrCode(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text)
  const version = BLOCKS.findIndex((blocks, i) => bytes.length + frameOf(i + 1) <= capacity(blocks)) + 1
  const blocks = BLOCKS[version - 1]
  if (blocks === undefined) throw new RangeError(`${bytes.length} bytes are too many for a QR code`)
  const grid = new Grid(version)
  grid.fill(withCorrection(dataCodewords(bytes, version, capacity(blocks)), blocks))
  return grid.modules()
}

function capacity({ data, short, long }: Blocks): number {
  return data * short + (data + 1) * long
}

/** Codewords of mode, length and terminator in all. */
function frameOf(version: number): number {
  return version < LONG_LENGTH ? 2 : 3
}

/** The codewords of all blocks by turns: those for data, then those for error correction [section 7.6]. */
function withCorrection(codewords: readonly number[], { data, correction, short, long }: Blocks): number[] {
  const divisor = generator(correction)
  const blocks: (readonly number[])[] = []
  for (let i = 0, start = 0; i < short + long; i++) {
    const end = start + data + (i < short ? 0 : 1)
    blocks.push(codewords.slice(start, end))
    start = end
  }
  const checks = blocks.map((block) => remainder(block, divisor))
  const byTurns = (parts: readonly (readonly number[])[], length: number): number[] =>
    Array.from({ length }, (_, i) => parts.flatMap((part) => part.slice(i, i + 1))).flat()
  return [...byTurns(blocks, data + 1), ...byTurns(checks, correction)]
}

function dataCodewords(bytes: Uint8Array, version: number, count: number): number[] {
  const length = [bytes.length >> 4, bytes.length & 15]
  const nibbles = [
    BYTE_MODE,
    ...(version < LONG_LENGTH ? length : [0, bytes.length >> 8, ...length.map((n) => n & 15)])
  ]
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
    this.#align(version, far)
    if (version >= NUMBERED) this.#number(version)
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

  /** Alignment patterns: none, one, or from version 7 on six, but where finder patterns are [annex E]. */
  #align(version: number, far: number): void {
    const centers = version === 1 ? [] : version < NUMBERED ? [6, far] : [6, (6 + far) / 2, far]
    for (const x of centers)
      for (const y of centers) {
        const isFinder = (x === 6 && y === 6) || (x === 6 && y === far) || (x === far && y === 6)
        if (!isFinder) this.#rings(x, y, 2, (ring) => ring !== 1)
      }
  }

  /** The version with its check bits, twice [section 7.10]. */
  #number(version: number): void {
    let rest = version << 12
    for (let bit = 17; bit >= 12; bit--) if ((rest >> bit) & 1) rest ^= VERSION_POLYNOMIAL << (bit - 12)
    const bits = (version << 12) | rest
    for (let i = 0; i < 18; i++) {
      const [long, short] = [Math.floor(i / 3), this.#size - 11 + (i % 3)]
      this.#set(long, short, ((bits >> i) & 1) === 1)
      this.#set(short, long, ((bits >> i) & 1) === 1)
    }
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
