import type { TimeQuality } from '../reading.ts'
import type { Position, Run } from '../run.ts'

/**
 * The catalogue of a node: what it measures, and anchors of its runs' times (docs/protocols.md section 10). Its
 * payload is one map, sealed in the domain `kith/meta/1` with content type 60; other keys are ignored.
 *
 *     meta = {
 *       "rev": uint,                  ; rises with each change within ep
 *       "ep": uint, "boot": bstr .size 8,
 *       "name": tstr, "purposes": [*16 tstr], "version": tstr,
 *       "mono": number,               ; ms since the run began, when it was sealed
 *       "series": [*256 series], "runs": [*256 run]
 *     }
 *     series = {
 *       "name": tstr,                 ; the whole series name
 *       "protocols": [*16 tstr],
 *       ? "unit": tstr,               ; none for a quantity without
 *       "interval": number,           ; s
 *       ? "range": [number, number], ? "accuracy": number,
 *       ? "chip": tstr,
 *       "state": tstr,                ; "ok" or a fault's code
 *       ? "private": true,            ; sent to peers of the book alone, who do not pass it on
 *       ? "oldest": [uint, bstr .size 8, uint]   ; ep, boot, seq of the oldest reading held
 *     }
 *     run = [ep: uint, boot: bstr .size 8, mono: number,
 *            unix: number,            ; s, the time at mono
 *            te: number,              ; its error bound in s, -1 where none is known
 *            tq: 0 / 1]
 *
 * A run whose time is unknown has no anchor and is not listed. Text is at most 200 characters.
 */
export interface Catalogue extends Run {
  readonly revision: number
  readonly name: string
  readonly purposes: readonly string[]
  readonly version: string
  readonly mono: number
  readonly series: readonly CatalogueSeries[]
  readonly runs: readonly CatalogueRun[]
}

export interface CatalogueSeries {
  readonly name: string
  readonly protocols: readonly string[]
  readonly unit: string | null
  /** Seconds between readings. */
  readonly interval: number
  /** In the unit on the wire, as accuracy. */
  readonly range?: readonly [number, number]
  readonly accuracy?: number
  readonly chip?: string
  /** `ok` or a fault's code. */
  readonly state: string
  /** Only in catalogues for peers of the book. */
  readonly private?: true
  readonly oldest?: Position
}

/** Whether a catalogue is for its requester alone, as it names private series. */
export function isRestricted({ series }: Catalogue): boolean {
  return series.some((one) => one.private === true)
}

/** The anchor that turns times of a run's own clock into estimated ones. */
export interface CatalogueRun extends Run {
  /** Milliseconds since the run began, at `unix`. */
  readonly mono: number
  /** Unix seconds. */
  readonly unix: number
  /** Seconds; absent where no bound is known. */
  readonly errorBound?: number
  readonly quality: Exclude<TimeQuality, 2>
}

/** Maximum number of entries of series and of runs, of purposes and of a series' protocols, of characters of a text. */
export const MAX_CATALOGUE_ENTRIES = 256
export const MAX_CATALOGUE_WORDS = 16
export const MAX_CATALOGUE_TEXT = 200
