import type { Reading } from '../../reading.ts'
import { packReadings } from '../../signed/pack.ts'
import { isPackError, PackError } from '../../signed/pack-error.ts'
import { isSealError, openSeal, SIGNATURE_BYTES, sealWith } from '../../signed/seal.ts'
import type { SealedReadings } from '../../signed/sealed.ts'

/**
 * The pack of one reading as kith makes it, with a signature.
 * @param kid of its author (Signer.kid)
 * @throws PackError for a reading that no pack can carry
 */
export function lonePack(reading: Reading, kid: Uint8Array, signature: Uint8Array): Uint8Array {
  const { value: pack } = packReadings([reading]).next()
  if (pack === undefined) throw new PackError('items', 'a pack of nothing')
  return sealWith('pack', pack.payload, kid, signature)
}

/**
 * The signature of a pack that lonePack() makes bit by bit of its reading: all else of it need not be kept.
 * @returns undefined for any other pack
 */
export function loneSignature({
  bytes,
  readings: [reading, ...others]
}: SealedReadings): Uint8Array | undefined {
  if (reading === undefined || others.length > 0) return undefined
  const signature = bytes.subarray(-SIGNATURE_BYTES)
  try {
    const made = lonePack(reading, openSeal('pack', bytes).kid, signature)
    return Buffer.compare(made, bytes) === 0 ? signature : undefined
  } catch (error) {
    if (isPackError(error) || isSealError(error)) return undefined
    throw error
  }
}
