import { defined } from '../../defined.ts'
import { MAX_AHEAD } from '../../protocol/gossip/constants.ts'
import type { HistoryReading } from '../../reading/history/history.ts'
import { type Quantities, showValue } from '../../reading/quantity.ts'
import type { Reading } from '../../reading/reading.ts'
import { localSeries, parseSeries } from '../../reading/series.ts'
import type { ReceivedBy } from '../../reading/signed/sealed.ts'
import { isStale } from '../../reading/staleness.ts'
import type { SeriesView } from './operations.ts'
import type { GivenBy } from './past/past-source.ts'
import type { ReadingRow } from './reading-rows.ts'

/** Seconds by which the clocks of two nodes may differ before a reading that was asked for counts as old. */
const CLOCK_TOLERANCE = 60

/** What a view needs besides the reading. */
export interface ViewContext {
  readonly quantities: Quantities
  /** Unix seconds; undefined while our own clock is unknown. */
  readonly now: number | undefined
  readonly labelOf: (peer: string) => string
  /** Whether a peer is in the book, or this node. */
  readonly isKnown: (peer: string) => boolean
  /** Whether a connection could bring readings of that author. */
  readonly reachable: (peer: string) => boolean
}

/**
 * A reading as people and programs see it.
 * @param sinceReceived seconds since it reached this process
 */
export function viewReading(
  reading: Reading,
  receivedBy: ReceivedBy,
  sinceReceived: number,
  context: ViewContext
): SeriesView {
  const { age, silence } = agesOf(reading, receivedBy, sinceReceived, context.now)
  const { state: outcome, ...facts } = viewFacts(reading, receivedBy, context)
  const silent = reading.interval > 0 && isStale(silence, reading.interval)
  if (!silent) return { ...facts, state: outcome, age }
  return { ...facts, state: 'stale', age, stale: context.reachable(facts.peer) ? 'silent' : 'link' }
}

/** A reading of the past: it has no age and does not go stale. */
export function viewPast(reading: HistoryReading, by: GivenBy, context: ViewContext): ReadingRow {
  const { time, mono, unsealed } = reading
  const sinceStart = time === null && mono !== undefined ? mono / 1000 : undefined
  return { ...viewFacts(reading, 'history', context), ...by, ...defined({ sinceStart, unsealed }) }
}

type Facts = Omit<SeriesView, 'state' | 'age' | 'stale'> & { state: 'value' | 'fault' }

function viewFacts(reading: Reading, receivedBy: ReceivedBy, context: ViewContext): Facts {
  const parts = parseSeries(reading.series)
  if (parts === undefined) throw new TypeError(`not a series: ${reading.series}`)
  const quantity = context.quantities.get(parts.quantity)
  const outcome =
    reading.fault !== undefined
      ? { state: 'fault' as const, fault: reading.fault }
      : {
          state: 'value' as const,
          value: reading.value,
          ...defined({ shown: quantity === undefined ? undefined : showValue(quantity, reading.value) })
        }
  return {
    peer: parts.peer,
    who: context.labelOf(parts.peer),
    series: localSeries(parts.device, parts.quantity, parts.channel),
    device: parts.device,
    quantity: parts.quantity,
    ...defined({ channel: parts.channel }),
    ...outcome,
    unit: reading.unit,
    time: reading.time,
    quality: reading.quality,
    ...defined({ future: isAhead(reading, context.now) ? (true as const) : undefined }),
    interval: reading.interval,
    position: reading.position,
    signed: true,
    known: context.isKnown(parts.peer),
    door: receivedBy
  }
}

/** Whether a reading's time has not come yet, by more than clocks of neighbours differ. */
export function isAhead({ time }: Pick<Reading, 'time'>, now: number | undefined): boolean {
  return time !== null && now !== undefined && time > now + MAX_AHEAD
}

/**
 * Seconds since it was measured, and without a reading. A live reading counts as measured on arrival, whatever its
 * author's clock says; what was asked for may be older than the answer, by the clocks, which may differ a little.
 */
function agesOf(
  { time }: Reading,
  receivedBy: ReceivedBy,
  sinceReceived: number,
  now: number | undefined
): { age: number; silence: number } {
  const byClocks = time === null || now === undefined ? sinceReceived : Math.max(sinceReceived, now - time)
  const isNear = byClocks - sinceReceived <= CLOCK_TOLERANCE
  const isLive = receivedBy === 'own' || receivedBy === 'gossip' || receivedBy === 'observe'
  return {
    age: isNear || !isLive ? byClocks : sinceReceived,
    silence: isNear || isLive ? sinceReceived : byClocks
  }
}
