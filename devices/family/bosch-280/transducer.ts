// The physics of a simulated BMP280 or BME280: which code the converter gives for a temperature or pressure.
// Codes are found by bisection of the integer formulas of BST-BMP280-DS001 3.11.3 (int32 and int64), which
// share no arithmetic with the driver's floating-point ones. The parameters are those of its 3.12.

/** Registers 88 to 9F of the chip whose physics this is. */
export const CALIBRATION: readonly number[] = [
  ...Buffer.from('706b436718fc7d8e43d6d00b270b8c00f9ff8c3cf8c67017', 'hex')
]

const [T1, T2, T3] = [27504, 26435, -1000]
const [P1, P2, P3, P4, P5, P6, P7, P8, P9] = [
  36477n,
  -10685n,
  3024n,
  2855n,
  140n,
  -7n,
  15500n,
  -14600n,
  6000n
]

/** @param celsius °C @returns 20 bits */
export function temperatureCode(celsius: number): number {
  return bisect(2 ** 20, (code) => (fine(code) * 5 + 128) >> 8 >= celsius * 100)
}

/** @param pascal Pa @returns 20 bits; a higher pressure gives a smaller code */
export function pressureCode(pascal: number, temperature: number): number {
  return bisect(2 ** 20, (code) => pressure256(BigInt(code), BigInt(fine(temperature))) <= pascal * 256)
}

/** The smallest code below `end` that has reached the value. */
export function bisect(end: number, reached: (code: number) => boolean): number {
  let [low, high] = [0, end - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (reached(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** t_fine: 5120 a degree. */
export function fine(code: number): number {
  const linear = (((code >> 3) - (T1 << 1)) * T2) >> 11
  const difference = (code >> 4) - T1
  return linear + ((((difference * difference) >> 12) * T3) >> 14)
}

/** Pascal times 256. */
function pressure256(code: bigint, fine: bigint): number {
  const t = fine - 128000n
  const offset = t * t * P6 + ((t * P5) << 17n) + (P4 << 35n)
  const scale = (((1n << 47n) + ((t * t * P3) >> 8n) + ((t * P2) << 12n)) * P1) >> 33n
  const p = ((((1048576n - code) << 31n) - offset) * 3125n) / scale
  return Number(((p + ((P9 * (p >> 13n) * (p >> 13n)) >> 25n) + ((P8 * p) >> 19n)) >> 8n) + (P7 << 4n))
}
