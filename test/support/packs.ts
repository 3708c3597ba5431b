import type { Reading } from '../../src/reading/reading.ts'
import { sameRun } from '../../src/reading/run.ts'
import { type PackOptions, packReadings } from '../../src/reading/signed/pack.ts'
import { PackError } from '../../src/reading/signed/pack-error.ts'

/** The payload of one pack of all the readings. @throws PackError where they do not go into one pack */
export function encodePack(readings: readonly Reading[], options: PackOptions = {}): Uint8Array {
  const packs = [...packReadings(readings, options)]
  const [pack] = packs
  if (pack !== undefined && packs.length === 1) return pack.payload
  throw new PackError('size', `${readings.length} readings make ${packs.length} packs`)
}

/**
 * The payload of one block of all the readings.
 * @param sealedMono as in PackOptions, for readings of unknown time
 * @throws PackError where they are of several series or runs, or more than a block holds
 */
export function encodeBlock(readings: readonly Reading[], sealedMono?: number): Uint8Array {
  const [first] = readings
  const alike = ({ series, position }: Reading): boolean =>
    series === first?.series && sameRun(position, first.position)
  if (!readings.every(alike)) throw new PackError('form', 'a block has one run and one series')
  return encodePack(readings, sealedMono === undefined ? {} : { sealedMono })
}
