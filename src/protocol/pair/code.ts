import { randomBytes } from 'node:crypto'

/** Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O and U, which look like others. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 40 bits. */
const LENGTH = 8
const HALF = LENGTH / 2
const BITS = 5

/** A new code of eight characters of the alphabet, without the dash. */
export function makeCode(): string {
  return [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte & (2 ** BITS - 1)]).join('')
}

/** The code as people read it: `7K3M-Q9TX`. */
export function showCode(code: string): string {
  return `${code.slice(0, HALF)}-${code.slice(HALF)}`
}

/**
 * The code that was typed, in any case, with or without dashes and spaces; O is read as 0, I and L as 1.
 * @returns undefined where it is none
 */
export function readCode(typed: string): string | undefined {
  const code = typed.replaceAll(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return code.length === LENGTH && [...code].every((char) => ALPHABET.includes(char)) ? code : undefined
}
