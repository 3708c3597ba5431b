import type { Reading } from '../../reading.ts'
import { formatPosition } from '../../run.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import { alike, type Sealer } from '../../signed/sealer.ts'

/** The tails of our own series in packs: answers of `history` before the tail is sealed as a block. */
export class TailPacks {
  readonly #sealer: Sealer
  /** The packs last made of each series' tail: used again until the tail changes. */
  readonly #packs = new Map<string, { key: string; packs: SealedReadings[] }>()

  constructor(sealer: Sealer) {
    this.#sealer = sealer
  }

  /** @param rows the tail of one series in one run, ascending */
  of(topic: string, rows: readonly Reading[]): SealedReadings[] {
    const [first] = rows
    const last = rows.at(-1)
    if (first === undefined || last === undefined) return []
    const key = `${formatPosition(first.position)} ${formatPosition(last.position)}`
    const known = this.#packs.get(first.series)
    if (known?.key === key) return known.packs
    const packs = this.#seal(topic, rows)
    this.#packs.set(first.series, { key, packs })
    return packs
  }

  #seal(topic: string, rows: readonly Reading[]): SealedReadings[] {
    const packs: SealedReadings[] = []
    for (let rest = rows; rest.length > 0; ) {
      const pack = this.#sealer.pack(topic, alike(rest))
      packs.push(pack)
      rest = rest.slice(pack.readings.length)
    }
    return packs
  }
}
