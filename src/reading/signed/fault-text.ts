import { MAX_FAULT_TEXT } from './senml.ts'

/**
 * The text of a fault as a pack can carry it: one line of well-formed text, 1 to 200 characters, without control
 * characters (docs/protocols.md section 8).
 * @param otherwise for a text of which nothing is left
 */
export function faultText(text: string, otherwise = 'no reason given'): string {
  const line = text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  return [...(line === '' ? otherwise : line)].slice(0, MAX_FAULT_TEXT).join('')
}
