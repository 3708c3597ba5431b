// The physics of the simulated chip: which raw value the converter gives for a temperature or pressure. The
// pressure is found by bisection of the datasheet's formula in whole numbers (as Linux's dps310.c works it
// out), which shares no arithmetic with the driver's. The coefficients are those of QEMU's chip.

export const COEFFICIENTS: readonly number[] = [...Buffer.from('0e1edd13ca5f2152f9c604d1db47005bfb3a', 'hex')]

const [C0, C1] = [225, -291]
const [C00, C10, C01, C11, C20, C21, C30] = [81061n, -57006n, -1594n, 1233n, -9401n, 91n, -1222n]

/** Of a sum of so many conversions, each but the first counting twice: the scale factors before the shift. */
export function fullScale(oversampling: number): number {
  return (2 * oversampling - 1) * 2 ** 19
}

/** @param celsius °C */
export function temperatureCode(celsius: number, oversampling: number): number {
  return Math.round(((celsius - C0 / 2) * fullScale(oversampling)) / C1)
}

/** @param pascal Pa; a higher pressure gives a smaller value */
export function pressureCode(pascal: number, temperature: number, oversampling: number): number {
  const k = BigInt(fullScale(oversampling))
  const t = BigInt(temperature)
  const wanted = BigInt(Math.round(pascal * 256)) * k ** 4n
  let [low, high] = [-fullScale(oversampling) * 2, fullScale(oversampling) * 2]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (256n * scaledPressure(BigInt(middle), t, k) <= wanted) high = middle
    else low = middle + 1
  }
  return low
}

/** Pascal times k to the fourth. */
function scaledPressure(p: bigint, t: bigint, k: bigint): bigint {
  const ofPressure = C00 * k ** 4n + C10 * p * k ** 3n + C20 * p ** 2n * k ** 2n + C30 * p ** 3n * k
  const ofTemperature = C01 * t * k ** 3n + C11 * t * p * k ** 2n + C21 * t * p ** 2n * k
  return ofPressure + ofTemperature
}
