import { type Run, sameRun } from '../../run.ts'
import { MAX_RECORDS } from '../../signed/senml.ts'

/** A tail to seal: the whole of it, or only full blocks. */
export interface DueTail {
  readonly series: string
  readonly run: Run
  readonly whole: boolean
}

/** What a tail holds. */
interface Tail {
  readonly series: string
  readonly run: Run
  readonly count: number
  /** Milliseconds since the run began, of its oldest reading. */
  readonly since: number
}

/**
 * @param present the run that goes on: the tails of others are closed
 * @param oldest milliseconds since the present run began: an older tail is sealed though not full
 */
export function dueTails(tails: readonly Tail[], present: Run | undefined, oldest: number): DueTail[] {
  return tails.flatMap(({ series, run, count, since }) => {
    const whole = present !== undefined && (!sameRun(run, present) || since <= oldest)
    return whole || count >= MAX_RECORDS ? [{ series, run, whole }] : []
  })
}
