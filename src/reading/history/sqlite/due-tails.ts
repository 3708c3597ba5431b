import { type Run, sameRun } from '../../run.ts'
import { MAX_RECORDS } from '../../signed/senml.ts'
import type { Tail } from '../store/tail-table.ts'

/** A tail to seal: the whole of it, or only full blocks. */
export interface DueTail {
  readonly series: string
  readonly run: Run
  readonly whole: boolean
}

/**
 * @param tails of all stores: one tail may lie in two
 * @param present the run that goes on: the tails of others are closed
 * @param oldest milliseconds since the present run began: an older tail is sealed though not full
 */
export function dueTails(tails: readonly Tail[], present: Run | undefined, oldest: number): DueTail[] {
  const parts = Map.groupBy(tails, ({ series, run }) => `${series} ${run.epoch} ${run.boot}`)
  return [...parts.values()].flatMap((tail) => {
    const [first] = tail
    if (first === undefined) return []
    const { series, run } = first
    const count = tail.reduce((sum, part) => sum + part.count, 0)
    const since = Math.min(...tail.map((part) => part.since))
    const whole = present !== undefined && (!sameRun(run, present) || since <= oldest)
    return whole || count >= MAX_RECORDS ? [{ series, run, whole }] : []
  })
}
