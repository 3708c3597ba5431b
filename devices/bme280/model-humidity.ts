import { bisect, fine } from '../family/bosch-280/transducer.ts'

// The physics of the simulated chip's humidity: the code is found by bisection of the integer formula of
// BST-BME280-DS002 4.2.3, which shares no arithmetic with the driver's floating-point one.

const [H1, H2, H3, H4, H5, H6] = [75n, 362n, 0n, 313n, 50n, 30n]

/** @param percent %RH @returns 16 bits */
export function humidityCode(percent: number, temperature: number): number {
  return bisect(2 ** 16, (code) => humidity1024(BigInt(code), BigInt(fine(temperature))) >= percent * 1024)
}

/** Percent times 1024. */
function humidity1024(code: bigint, fine: bigint): number {
  const t = fine - 76800n
  const shifted = ((code << 14n) - (H4 << 20n) - H5 * t + 16384n) >> 15n
  const slope = ((((t * H6) >> 10n) * (((t * H3) >> 11n) + 32768n)) >> 10n) + 2097152n
  const h = shifted * ((slope * H2 + 8192n) >> 14n)
  const bent = h - (((((h >> 15n) * (h >> 15n)) >> 7n) * H1) >> 4n)
  return Number((bent < 0n ? 0n : bent > 419430400n ? 419430400n : bent) >> 12n)
}
