/** Smallest exponent of a normal half; below it the significand loses bits (IEEE 754 binary16). */
const MIN_EXPONENT = -14
const MAX_EXPONENT = 15
const FRACTION_BITS = 10

/**
 * The 16 bits of a number as an IEEE 754 half, where a half holds it exactly.
 * @returns undefined for a number that needs a longer float, NaN and infinities
 */
export function halfBits(value: number): number | undefined {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), MIN_EXPONENT)
  const significand = magnitude / 2 ** (exponent - FRACTION_BITS)
  if (exponent > MAX_EXPONENT || !Number.isInteger(significand)) return undefined
  // The hidden bit of a normal significand (1024 to 2047) carries one into the exponent field.
  return sign + ((exponent - MIN_EXPONENT) << FRACTION_BITS) + significand
}

/** The value of an IEEE 754 binary16 of these 16 bits. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** (MIN_EXPONENT - FRACTION_BITS)
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1024 + fraction) * 2 ** (exponent + MIN_EXPONENT - 1 - FRACTION_BITS)
}
