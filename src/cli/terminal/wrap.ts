import { stripVTControlCharacters } from 'node:util'
import { textWidth } from './text-width.ts'

/** What comes before a text: the first column of two, a label with a colon, or the spaces of an indented line. */
const BEFORE = /^(?: *\S+(?: \S+)* {2,}| *(?:kith|Usage|Example|Global options): |\s+)/

/**
 * A line of text in lines that a terminal has room for, broken between words; what follows the first line stands
 * below its text. Fields behind tabs stay in their line. A word that is longer than a line is left to the terminal, so
 * that it can be copied as one.
 * @param width columns; Infinity for a pipe
 */
export function wrapped(line: string, width: number): string[] {
  const plain = stripVTControlCharacters(line)
  if (textWidth(plain) <= width || plain.includes('\t')) return [line]
  const hang = textWidth(BEFORE.exec(plain)?.[0] ?? '')
  const indent = ' '.repeat(Math.min(hang, Math.floor(width / 2)))
  const lines: string[] = []
  let current = ''
  let used = 0
  for (const word of line.split(/(?<=\S) (?=\S)/)) {
    const size = textWidth(stripVTControlCharacters(word))
    const isFirst = current === ''
    if (!isFirst && used + 1 + size > width && indent.length + size <= width) {
      lines.push(current)
      current = indent + word
      used = indent.length + size
    } else {
      current += isFirst ? word : ` ${word}`
      used += size + (isFirst ? 0 : 1)
    }
  }
  return [...lines, current]
}
