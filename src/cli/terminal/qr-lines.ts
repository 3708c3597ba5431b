import { qrCode } from './qr-code.ts'

/** Modules of light around a code [ISO/IEC 18004 section 5.3.8]. */
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
