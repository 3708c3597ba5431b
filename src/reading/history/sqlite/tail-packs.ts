import type { Reading } from '../../reading.ts'
import { comparePositions, sameRun } from '../../run.ts'
import { isPackError } from '../../signed/pack-error.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import { alike, type Sealer } from '../../signed/sealer.ts'

/**
 * The tails of our own series in packs: answers of `history` before the tail is sealed as a block.
 *
 * Each pack is signed once. When the tail grows, only its last pack, which may have room, is signed again, so that the
 * number of signatures is bounded by the number of readings and not by that of requests.
 */
export class TailPacks {
  readonly #sealer: Sealer
  readonly #maxPayloadOf: (series: string) => number
  /** The packs of each series' tail, ascending and without a gap. */
  readonly #packs = new Map<string, readonly SealedReadings[]>()

  /** @param maxPayloadOf bytes of a pack's payload that every receiver of the series takes */
  constructor(sealer: Sealer, maxPayloadOf: (series: string) => number) {
    this.#sealer = sealer
    this.#maxPayloadOf = maxPayloadOf
  }

  /**
   * @param rows the tail of one series in one run, ascending
   * @returns packs of the rows; a row that no pack can hold, and those after it, wait for their block
   */
  of(topic: string, rows: readonly Reading[]): readonly SealedReadings[] {
    const [first] = rows
    if (first === undefined) return []
    const kept = keptOf(this.#packs.get(first.series) ?? [], topic, rows)
    const count = kept.reduce((sum, { readings }) => sum + readings.length, 0)
    const packs = count === rows.length ? kept : [...kept, ...this.#seal(topic, rows.slice(count))]
    this.#packs.set(first.series, packs)
    return packs
  }

  #seal(topic: string, rows: readonly Reading[]): SealedReadings[] {
    const packs: SealedReadings[] = []
    const maxPayload = this.#maxPayloadOf(rows[0]?.series ?? '')
    for (let rest = rows; rest.length > 0; ) {
      try {
        const pack = this.#sealer.pack(topic, alike(rest), { maxPayload })
        packs.push(pack)
        rest = rest.slice(pack.readings.length)
      } catch (error) {
        if (isPackError(error)) break
        throw error
      }
    }
    return packs
  }
}

/** Those of the packs that still hold exactly the first rows; not the last one where it may take further rows. */
function keptOf(
  packs: readonly SealedReadings[],
  topic: string,
  rows: readonly Reading[]
): readonly SealedReadings[] {
  let count = 0
  const kept: SealedReadings[] = []
  for (const pack of packs) {
    if (pack.topic !== topic || !holds(pack, rows.slice(count, count + pack.readings.length))) break
    kept.push(pack)
    count += pack.readings.length
  }
  const isLast = kept.length === packs.length
  return isLast && count < rows.length ? kept.slice(0, -1) : kept
}

function holds({ readings }: SealedReadings, rows: readonly Reading[]): boolean {
  return (
    rows.length === readings.length &&
    readings.every(({ position }, i) => {
      const row = rows[i]?.position
      return row !== undefined && sameRun(row, position) && comparePositions(row, position) === 0
    })
  )
}
