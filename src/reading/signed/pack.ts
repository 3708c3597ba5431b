import { ARRAY } from '../../cbor/value.ts'
import { cborArray, cborHead, writeCbor } from '../../cbor/write.ts'
import type { Reading } from '../reading.ts'
import { asPackError, PackError } from './pack-error.ts'
import { type Base, recordOf } from './pack-record.ts'
import { MAX_PAYLOAD, MAX_RECORDS } from './senml.ts'

export interface PackOptions {
  /** Maximum bytes of payload; 16,384, the maximum of any protocol, unless given. */
  readonly maxPayload?: number
  /**
   * Milliseconds since the run began, when the packs are sealed: the age of readings of unknown time counts from
   * it. The newest reading's unless given.
   */
  readonly sealedMono?: number
}

/** A payload to seal, and the readings it carries in its order. */
export interface Pack {
  readonly payload: Uint8Array
  readonly readings: readonly Reading[]
}

/**
 * The readings in packs of at most 256 records and maxPayload bytes. A pack has one run and one quality of
 * time, as a base field that holds cannot be taken back.
 * @throws PackError for a reading that no pack can carry
 */
export function* packReadings(readings: readonly Reading[], options: PackOptions = {}): Generator<Pack> {
  const { maxPayload = MAX_PAYLOAD } = options
  for (const alike of Map.groupBy(readings, timeForm).values()) {
    const sealedMono = options.sealedMono ?? alike.reduce((newest, { mono = 0 }) => Math.max(newest, mono), 0)
    let draft = new Draft(maxPayload, sealedMono)
    for (const reading of inSeries(alike)) {
      if (draft.add(reading)) continue
      yield draft.pack()
      draft = new Draft(maxPayload, sealedMono)
      draft.add(reading)
    }
    yield draft.pack()
  }
}

/** The payload of a pack of one reading, as packReadings() makes it. @throws PackError for one that no pack can carry */
export function packReading(reading: Reading): Uint8Array {
  const draft = new Draft(MAX_PAYLOAD, reading.mono ?? 0)
  draft.add(reading)
  return draft.pack().payload
}

function timeForm(reading: Reading): string {
  const { position, quality, errorBound, mono } = reading
  return [position.epoch, position.boot, quality, errorBound === undefined, mono === undefined].join()
}

/** Series after series, those without a unit first: a unit holds until another replaces it. */
function inSeries(readings: readonly Reading[]): Reading[] {
  const series = [...Map.groupBy(readings, (reading) => reading.series).values()]
  for (const one of series) one.sort((a, b) => a.position.seq - b.position.seq)
  series.sort(([a], [b]) => Number(a?.unit !== null) - Number(b?.unit !== null))
  return series.flat()
}

/** A pack that grows until it is full. */
class Draft {
  readonly #maxPayload: number
  readonly #sealedMono: number
  readonly #readings: Reading[] = []
  readonly #records: Uint8Array[] = []
  #base: Base | undefined
  #bytes = 0

  constructor(maxPayload: number, sealedMono: number) {
    this.#maxPayload = maxPayload
    this.#sealedMono = sealedMono
  }

  /** @returns false where the pack is full; a reading that does not fit an empty pack throws */
  add(reading: Reading): boolean {
    const { record, base } = recordOf(reading, this.#base, this.#sealedMono)
    const bytes = asPackError(() => writeCbor(record, 'decimal'))
    const count = this.#records.length + 1
    const total = cborHead(ARRAY, count).length + this.#bytes + bytes.length
    if (count > MAX_RECORDS || total > this.#maxPayload) {
      if (count > 1) return false
      throw new PackError(
        'size',
        `a reading of ${reading.series} takes ${total} bytes of ${this.#maxPayload}`
      )
    }
    this.#base = base
    this.#bytes += bytes.length
    this.#records.push(bytes)
    this.#readings.push(reading)
    return true
  }

  pack(): Pack {
    return { payload: cborArray(this.#records), readings: this.#readings }
  }
}
