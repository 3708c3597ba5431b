import { halfBits } from './half.ts'
import { MAX_EXPONENT } from './major.ts'

/** mantissa · 10^exponent (RFC 8949 section 3.4.4). */
export interface DecimalFraction {
  readonly exponent: number
  readonly mantissa: number
}

/** The number as a decimal fraction, where the wire can hold that and it takes fewer bytes than the shortest float. */
export function shorterDecimal(value: number): DecimalFraction | undefined {
  const decimal = decimalParts(value)
  if (decimal === undefined || decimalBytes(decimal) >= floatBytes(value)) return undefined
  return decimal
}

/** Of the shortest decimal text of a number. */
function decimalParts(value: number): DecimalFraction | undefined {
  const [digits = '', power = ''] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  const mantissa = Number(whole + fraction)
  const exponent = Number(power) - fraction.length
  const fits = Number.isSafeInteger(mantissa) && Math.abs(exponent) <= MAX_EXPONENT
  return fits ? { exponent, mantissa } : undefined
}

/** Tag, array and exponent take a byte each, as an exponent of at most 18 fits its head. */
function decimalBytes({ mantissa }: DecimalFraction): number {
  const argument = mantissa < 0 ? -1 - mantissa : mantissa
  if (argument < 24) return 4
  if (argument < 2 ** 8) return 5
  if (argument < 2 ** 16) return 6
  return argument < 2 ** 32 ? 8 : 12
}

function floatBytes(value: number): number {
  if (halfBits(value) !== undefined) return 3
  return Math.fround(value) === value ? 5 : 9
}
