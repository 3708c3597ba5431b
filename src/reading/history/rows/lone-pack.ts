import type { Reading } from '../../reading.ts'
import { packReading } from '../../signed/pack.ts'
import { isPackError } from '../../signed/pack-error.ts'
import { isSealError, openSeal, sealWith } from '../../signed/seal.ts'
import type { SealedReadings } from '../../signed/sealed.ts'

/**
 * The pack of one reading as kith makes it, with a signature.
 * @param kid of its author (Signer.kid)
 * @throws PackError for a reading that no pack can carry
 */
export function lonePack(reading: Reading, kid: Uint8Array, signature: Uint8Array): Uint8Array {
  return sealWith('pack', packReading(reading), kid, signature)
}

/**
 * The signature of a pack that lonePack() makes bit by bit of its reading: all else of it need not be kept.
 * @returns undefined for any other pack
 */
export function loneSignature({ author, bytes, readings }: SealedReadings): Uint8Array | undefined {
  const [reading, ...others] = readings
  if (reading?.series.startsWith(`${author}/`) !== true || others.length > 0) return undefined
  try {
    // A seal has no other bytes than its kid, its payload and its signature.
    const { peer, payload, signature } = openSeal('pack', bytes)
    return peer === author && Buffer.compare(packReading(reading), payload) === 0 ? signature : undefined
  } catch (error) {
    if (isPackError(error) || isSealError(error)) return undefined
    throw error
  }
}
