import { bytesOfHex } from '../../cbor/bytes.ts'
import type { CborMap, CborValue } from '../../cbor/value.ts'
import { writeCbor } from '../../cbor/write.ts'
import {
  type Catalogue,
  type CatalogueRun,
  type CatalogueSeries,
  MAX_CATALOGUE_ENTRIES,
  MAX_CATALOGUE_TEXT,
  MAX_CATALOGUE_WORDS
} from './catalogue.ts'
import { asPackError, PackError } from './pack-error.ts'
import { MAX_PAYLOAD } from './senml.ts'

/**
 * The catalogue as the payload of its seal.
 * @throws PackError for one beyond the limits of catalogue.ts
 */
export function encodeCatalogue(catalogue: Catalogue): Uint8Array {
  const map = mapOf({
    rev: catalogue.revision,
    ep: catalogue.epoch,
    boot: bytesOfHex(catalogue.boot),
    name: short(catalogue.name),
    purposes: few(catalogue.purposes, MAX_CATALOGUE_WORDS).map(short),
    version: short(catalogue.version),
    mono: catalogue.mono,
    series: few(catalogue.series, MAX_CATALOGUE_ENTRIES).map(seriesItem),
    runs: few(catalogue.runs, MAX_CATALOGUE_ENTRIES).map(runItem)
  })
  // Floats, not decimal fractions: in a range these would be a fifth level of nesting.
  const payload = asPackError(() => writeCbor(map))
  if (payload.length <= MAX_PAYLOAD) return payload
  throw new PackError('size', `a catalogue of ${payload.length} bytes, at most ${MAX_PAYLOAD} are taken`)
}

function seriesItem(series: CatalogueSeries): CborMap {
  const { oldest } = series
  return mapOf({
    name: short(series.name),
    protocols: few(series.protocols, MAX_CATALOGUE_WORDS).map(short),
    unit: series.unit ?? undefined,
    interval: series.interval,
    range: isRange(series.range) ? series.range : undefined,
    accuracy: isAmount(series.accuracy) ? series.accuracy : undefined,
    chip: series.chip === undefined ? undefined : short(series.chip),
    state: short(series.state),
    private: series.private,
    oldest: oldest && [oldest.epoch, bytesOfHex(oldest.boot), oldest.seq]
  })
}

/** What a driver from outside says of its chip is left out where receivers would refuse the catalogue for it. */
function isRange([min, max]: readonly [number, number] = [1, 0]): boolean {
  return Number.isFinite(min) && Number.isFinite(max) && min <= max
}

function isAmount(amount: number | undefined): boolean {
  return amount !== undefined && Number.isFinite(amount) && amount >= 0
}

function runItem({ epoch, boot, mono, unix, errorBound, quality }: CatalogueRun): CborValue {
  return [epoch, bytesOfHex(boot), mono, unix, errorBound ?? -1, quality]
}

function mapOf(fields: Readonly<Record<string, CborValue | undefined>>): CborMap {
  const map = new Map<string, CborValue>()
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) map.set(key, value)
  return map
}

const CONTROL = /\p{Cc}/u

function short(text: string): string {
  if (CONTROL.test(text)) throw new PackError('form', 'a control character in a text of a catalogue')
  if ([...text].length <= MAX_CATALOGUE_TEXT) return text
  throw new PackError('length', `text of more than ${MAX_CATALOGUE_TEXT} characters in a catalogue`)
}

function few<T>(items: readonly T[], limit: number): readonly T[] {
  if (items.length <= limit) return items
  throw new PackError('items', `${items.length} items in a catalogue, at most ${limit} are taken`)
}
