import { defined } from '../../defined.ts'
import type { Reading } from '../reading.ts'
import type { RunAnchor } from './history.ts'

/** The reading with an estimated time, where its own is unknown and its run was anchored since. */
export function anchorTime<R extends Reading>(reading: R, anchor: RunAnchor | undefined): R {
  if (reading.time !== null || reading.mono === undefined) return reading
  if (anchor === undefined || anchor.unix === null) return reading
  const time = anchor.unix + (reading.mono - anchor.mono) / 1000
  return { ...reading, time, quality: 1, ...defined({ errorBound: anchor.errorBound }) }
}
