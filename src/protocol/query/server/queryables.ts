import type { Cancel } from '../../../clock.ts'
import type { Caller } from '../../../peer/admission.ts'
import type { History } from '../../../reading/history/history.ts'
import type { Reading } from '../../../reading/reading.ts'
import type { SeriesParts } from '../../../reading/series.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'

/** The newest reading of a series and the sealed bytes that carry it. */
export interface LatestReading {
  readonly reading: Reading
  readonly sealed: SealedReadings
}

/** What is new: readings that were not held before, and the bytes that held them. */
export interface FreshReadings {
  readonly sealed: SealedReadings
  readonly fresh: readonly Reading[]
}

/** The part of the hub that requests are answered from. */
export interface LatestSource {
  /** @param authors of whom series are looked at; of all unless given */
  latest(match: (series: SeriesParts) => boolean, authors?: readonly string[]): readonly LatestReading[]
  subscribe(options: { match(series: SeriesParts): boolean; onSealed(event: FreshReadings): void }): Cancel
}

/** The part of history that is served. */
export type HistorySource = Pick<History, 'items' | 'series'>

/** Catalogues, our own and those held of others. */
export interface CatalogueSource {
  /** @param caller the peer that asks */
  sealed(author: string, caller: Caller): Uint8Array | undefined
  /** The names of the series that the catalogue of an author lists, private ones too; none where it is not held. */
  series(author: string): readonly string[]
}

/** Which quantities a ProtocolName carries. */
export interface CarriedQuantities {
  quantitiesOf(protocol: string): { has(quantity: string): boolean }
}
