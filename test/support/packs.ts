import type { CborValue } from '../../src/cbor/value.ts'
import { writeCbor } from '../../src/cbor/write.ts'
import type { Reading } from '../../src/reading/reading.ts'
import { sameRun } from '../../src/reading/run.ts'
import { decodeBlock } from '../../src/reading/signed/block.ts'
import { type PackOptions, packReadings } from '../../src/reading/signed/pack.ts'
import { PackError } from '../../src/reading/signed/pack-error.ts'
import { decodePack, type PackContent, type PackRules } from '../../src/reading/signed/pack-read.ts'

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

/** A pack with a record of each value, right or wrong, at the seqs 0, 1, 2 … of run 5. @param series of the signer */
export function packOfValues(series: string, values: readonly CborValue[], time = 1_790_000_100): Uint8Array {
  const records = values.map((value, seq) => {
    const record = new Map<number | string, CborValue>([
      [2, value],
      [7, 10],
      ['bep', 5],
      ['bsq', seq],
      ['btq', 0],
      ['bboot', new Uint8Array(8)]
    ])
    return record
      .set(-2, series)
      .set(-3, time + seq)
      .set(-4, 'Cel')
  })
  return writeCbor(records)
}

/** The readings of a pack of good records only. @throws PackError for the first bad one as well */
export function readPack(payload: Uint8Array, rules: PackRules): readonly Reading[] {
  return allGood(decodePack(payload, rules))
}

/** The same of a block. */
export function readBlock(payload: Uint8Array, rules: Omit<PackRules, 'maxPayload'>): readonly Reading[] {
  return allGood(decodeBlock(payload, rules))
}

function allGood({ readings, flaws: [flaw] }: PackContent): readonly Reading[] {
  if (flaw !== undefined) throw flaw
  return readings
}
