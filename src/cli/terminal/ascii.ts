import type { Environment } from '../home.ts'
import { textWidth } from './text-width.ts'

/**
 * Whether a terminal shows ASCII only: its locale is not of UTF-8 (POSIX, Environment Variables, 8.2: the first of
 * these that is set and not empty; without any it is the C locale).
 */
export function isAsciiLocale({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  return !/utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || 'C')
}

/** Each takes one column, as what stands for it. The bars of a sparkline rise from `_` to `#`. */
const ONE_COLUMN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '▁': '_',
    '▂': '.',
    '▃': '-',
    '▄': '~',
    '▅': '=',
    '▆': '+',
    '▇': '*',
    '█': '#',
    '▀': '"',
    '┤': '|',
    '…': '~',
    '–': '-',
    '±': '+',
    '’': "'",
    '²': '2',
    '³': '3',
    µ: 'u',
    μ: 'u',
    '·': '.',
    '×': 'x'
  })
)

/** Dots of a braille character in its upper and its lower half (Unicode U+2800). */
const UPPER = 0x1b
const LOWER = 0xe4

// SGR, which takes no columns.
const STYLE = String.raw`(?:\x1b\[[0-9;]*m)*`
/** A unit in front of what is aligned behind it. */
const DEGREES = new RegExp(`°([CF])(?=${STYLE}(?: {2}| ┤))`, 'g')
const LONG_UNITS = new RegExp(`(°|Ω)(?![CF])(${STYLE})( *)`, 'g')

/** The text in ASCII, so that columns stay where they are; accents go, and `?` stands for what has no likeness. */
export function asciiText(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text
  return text
    .replace(DEGREES, '$1 ')
    .replace(/°([CF])/g, '$1')
    .replace(LONG_UNITS, (_all, unit: string, style: string, spaces: string) => {
      const taken = Math.min(2, Math.max(0, spaces.length - 1))
      return `${unit === '°' ? 'deg' : 'Ohm'}${style}${spaces.slice(taken)}`
    })
    .replace(/[^\x00-\x7f]/gu, asciiCharacter)
}

function asciiCharacter(character: string): string {
  const dots = (character.codePointAt(0) ?? 0) - 0x2800
  if (dots >= 0 && dots <= 0xff) return brailleCharacter(dots)
  const known = ONE_COLUMN.get(character)
  if (known !== undefined) return known
  const base = character.normalize('NFKD').replace(/\p{M}/gu, '')
  if (base === '') return ''
  return /^[\x20-\x7e]$/.test(base) ? base : '?'.repeat(textWidth(character))
}

function brailleCharacter(dots: number): string {
  if (dots === 0) return ' '
  if ((dots & LOWER) === 0) return "'"
  return (dots & UPPER) === 0 ? '.' : ':'
}
