const DECIMAL = /^[+-]?\d+(\.\d+)?$/

/**
 * The number in a file of the kernel, times ten to the power of `exponent`: the decimal is moved before the
 * text becomes a number, so that `101.325` kPa is 101325 Pa to the last bit.
 * @returns undefined where the text is no decimal number; an empty one is none
 */
export function kernelNumber(text: string, exponent = 0): number | undefined {
  return DECIMAL.test(text) ? Number(`${text}e${exponent}`) : undefined
}
