import { defined } from '../../defined.ts'
import type { Reading } from '../reading.ts'
import { sameRun } from '../run.ts'
import { type Pack, packReadings } from './pack.ts'
import { PackError } from './pack-error.ts'
import { decodePack, type PackContent, type PackRules } from './pack-read.ts'
import { MAX_PAYLOAD } from './senml.ts'

/*
 * A block's payload is a pack (pack-read.ts) with one bn and one run:
 *
 *   block = [first, *255 next]      first carries bn, bu, bep, bboot, bsq, btq, and bt or bmono
 *
 * sealed in the domain `kith/block/1`.
 */

/** The readings of one or many series and runs as the blocks that hold them. @throws PackError */
export function* blocksOf(readings: readonly Reading[], sealedMono?: number): Generator<Pack> {
  for (const series of Map.groupBy(readings, (reading) => reading.series).values()) {
    yield* packReadings(series, defined({ sealedMono }))
  }
}

/** @throws PackError as decodePack, and 'form' for several series or runs */
export function decodeBlock(payload: Uint8Array, rules: Omit<PackRules, 'maxPayload'>): PackContent {
  const content = decodePack(payload, { ...rules, maxPayload: MAX_PAYLOAD })
  const [first] = content.readings
  const alike = ({ series, position }: Reading): boolean =>
    series === first?.series && sameRun(position, first.position)
  if (!content.readings.every(alike)) throw new PackError('form', 'a block has one run and one series')
  return content
}
