import { readCbor } from '../../cbor/read.ts'
import { type CborMap, type CborValue, isCborMap } from '../../cbor/value.ts'
import { defined } from '../../defined.ts'
import type { Position, Run } from '../run.ts'
import { parseSeries } from '../series.ts'
import {
  type Catalogue,
  type CatalogueRun,
  type CatalogueSeries,
  MAX_CATALOGUE_ENTRIES,
  MAX_CATALOGUE_TEXT,
  MAX_CATALOGUE_WORDS
} from './catalogue.ts'
import { asPackError, PackError } from './pack-error.ts'
import { amountAt, asHex, countAt, hexAt, numberAt, required, textAt } from './pack-fields.ts'
import { BOOT_BYTES, END_OF_TIME, MAX_DEPTH, MAX_PAYLOAD, MIN_UNIX_TIME } from './senml.ts'

/**
 * Reads a catalogue's payload.
 * @param peer the signer: every series in it must be its own
 * @throws PackError whose `why` names the rule; there is no other
 */
export function decodeCatalogue(payload: Uint8Array, peer: string): Catalogue {
  const limits = { maxBytes: MAX_PAYLOAD, maxDepth: MAX_DEPTH, maxItems: 0 }
  const map = asPackError(() => readCbor(payload, limits))
  if (!isCborMap(map)) throw new PackError('form', 'a catalogue is a map')
  return {
    revision: required(countAt(map, 'rev', 'position'), 'position', 'rev'),
    epoch: required(countAt(map, 'ep', 'run'), 'run', 'ep'),
    boot: required(hexAt(map, 'boot', BOOT_BYTES, 'run'), 'run', 'boot'),
    name: word(map, 'name'),
    purposes: words(map, 'purposes'),
    version: word(map, 'version'),
    mono: required(amountAt(map, 'mono', 'time'), 'time', 'mono'),
    series: list(map, 'series', MAX_CATALOGUE_ENTRIES).map((item) => seriesOf(item, peer)),
    runs: list(map, 'runs', MAX_CATALOGUE_ENTRIES).map(anchorOf)
  }
}

function seriesOf(item: CborValue, peer: string): CatalogueSeries {
  if (!isCborMap(item)) throw new PackError('form', 'a series of a catalogue is a map')
  const name = word(item, 'name')
  if (parseSeries(name)?.peer !== peer) throw new PackError('name', `${name} is no series of the signer's`)
  return {
    name,
    protocols: words(item, 'protocols'),
    unit: optionalWord(item, 'unit') ?? null,
    interval: required(amountAt(item, 'interval', 'interval'), 'interval', 'interval'),
    state: word(item, 'state'),
    ...defined({
      range: rangeOf(item.get('range')),
      accuracy: amountAt(item, 'accuracy', 'value'),
      chip: optionalWord(item, 'chip'),
      private: trueAt(item, 'private'),
      oldest: positionOf(item.get('oldest'))
    })
  }
}

function anchorOf(item: CborValue): CatalogueRun {
  const fields = tuple(item, 6)
  const errorBound = required(numberAt(fields, 4, 'time'), 'time', 'te')
  const unix = required(numberAt(fields, 3, 'time'), 'time', 'unix')
  const quality = countAt(fields, 5, 'time')
  const known = unix >= MIN_UNIX_TIME && unix < END_OF_TIME && (errorBound >= 0 || errorBound === -1)
  if (!known || (quality !== 0 && quality !== 1)) throw new PackError('time', 'an anchor without a time')
  const mono = required(amountAt(fields, 2, 'time'), 'time', 'mono')
  return {
    ...runOf(fields),
    mono,
    unix,
    quality,
    ...defined({ errorBound: errorBound < 0 ? undefined : errorBound })
  }
}

function positionOf(item: CborValue | undefined): Position | undefined {
  if (item === undefined) return undefined
  const fields = tuple(item, 3)
  return { ...runOf(fields), seq: required(countAt(fields, 2, 'position'), 'position', 'seq') }
}

function runOf(fields: CborMap): Run {
  return {
    epoch: required(countAt(fields, 0, 'run'), 'run', 'ep'),
    boot: asHex(fields.get(1), BOOT_BYTES, 'run')
  }
}

function rangeOf(item: CborValue | undefined): [number, number] | undefined {
  if (item === undefined) return undefined
  const fields = tuple(item, 2)
  const min = required(numberAt(fields, 0, 'value'), 'value', 'range')
  const max = required(numberAt(fields, 1, 'value'), 'value', 'range')
  if (min > max) throw new PackError('value', 'a range that ends before it begins')
  return [min, max]
}

function trueAt(map: CborMap, key: string): true | undefined {
  const value = map.get(key)
  if (value === undefined || value === true) return value
  throw new PackError('form', `${key} is not true`)
}

/** An array of that length, its elements as fields by index. */
function tuple(item: CborValue, length: number): CborMap {
  if (Array.isArray(item) && item.length === length) return new Map(item.entries())
  throw new PackError('form', `not an array of ${length}`)
}

function list(map: CborMap, key: string, limit: number): readonly CborValue[] {
  const items = map.get(key)
  if (!Array.isArray(items)) throw new PackError('form', `${key} is not an array`)
  if (items.length > limit) throw new PackError('items', `${items.length} ${key}, at most ${limit} are taken`)
  return items
}

function words(map: CborMap, key: string): string[] {
  return list(map, key, MAX_CATALOGUE_WORDS).map((item) => shortText(item, key))
}

function word(map: CborMap, key: string): string {
  return required(optionalWord(map, key), 'form', key)
}

function optionalWord(map: CborMap, key: string): string | undefined {
  const text = textAt(map, key, 'form')
  return text === undefined ? undefined : shortText(text, key)
}

/** Control characters would reach terminals and logs. */
const CONTROL = /\p{Cc}/u

function shortText(text: CborValue, key: string): string {
  if (typeof text === 'string' && [...text].length <= MAX_CATALOGUE_TEXT && !CONTROL.test(text)) return text
  throw new PackError('form', `${key} is not text of at most ${MAX_CATALOGUE_TEXT} characters`)
}
