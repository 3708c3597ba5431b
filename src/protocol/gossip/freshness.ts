import type { Position } from '../../reading/run.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import { MAX_AHEAD } from './constants.ts'

/** What is known when a pack arrives. */
export interface FreshnessContext {
  /** The newest position held of a series. */
  position(series: string): Position | undefined
  /** Unix seconds by our clock; undefined where it is not known to be right. */
  knownTime(): number | undefined
}

/** Checks 9 and 10 of docs/protocols.md section 11 for a pack: one new reading of the present is enough. */
export function checkFreshness(
  sealed: SealedReadings,
  freshness: FreshnessContext,
  acceptAge: number
): 'held' | 'old' | 'ahead' | 'flawed' | undefined {
  if (!sealed.readings.some((reading) => isAbove(reading.position, freshness.position(reading.series))))
    return 'held'
  const now = freshness.knownTime()
  const newest = newestTime(sealed)
  const otherwise = sealed.flaws === undefined ? undefined : 'flawed'
  if (now === undefined || newest === undefined) return otherwise
  if (newest > now + MAX_AHEAD) return 'ahead'
  return newest < now - acceptAge ? 'old' : otherwise
}

/** Another boot of the same epoch is another node with the same key, which has positions of its own. */
function isAbove(position: Position, held: Position | undefined): boolean {
  if (held === undefined || position.epoch > held.epoch) return true
  if (position.epoch < held.epoch) return false
  return position.boot !== held.boot || position.seq > held.seq
}

/** Unix seconds; undefined where no time is known. */
function newestTime({ readings }: SealedReadings): number | undefined {
  let newest: number | undefined
  for (const { time } of readings)
    if (time !== null && !(newest !== undefined && newest >= time)) newest = time
  return newest
}
