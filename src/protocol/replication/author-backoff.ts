import type { Clock } from '../../clock.ts'
import type { ReplicationLimits } from './limits.ts'

export interface Outcome {
  /** Whether the author answered with all that was asked for. */
  readonly answered: boolean
  /** Whether any peer sent readings. */
  readonly hasReadings: boolean
  /** Whether the author does not speak the protocol: being heard of is no reason to ask it sooner. */
  readonly refused: boolean
}

interface Rest {
  readonly since: number
  readonly delay: number
  readonly until: number
  readonly refused: boolean
}

/** Authors who did not answer, and until when they are not asked again. */
export class AuthorBackoff {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #limits: Pick<ReplicationLimits, 'min' | 'max' | 'alive'>
  readonly #rests = new Map<string, Rest>()

  constructor(clock: Clock, random: () => number, limits: Pick<ReplicationLimits, 'min' | 'max' | 'alive'>) {
    this.#clock = clock
    this.#random = random
    this.#limits = limits
  }

  isResting(author: string): boolean {
    return (this.#rests.get(author)?.until ?? 0) > this.#clock.monotonic()
  }

  /** Backs off from an author that did not answer; not while others send what is missing. */
  note(author: string, { answered, hasReadings, refused }: Outcome): void {
    const { min, max } = this.#limits
    const last = this.#rests.get(author)?.delay ?? 0
    this.#rests.delete(author)
    if (answered) return
    const since = this.#clock.monotonic()
    const longer = refused ? max : Math.min(max, Math.max(min, 2 * last))
    const delay = hasReadings ? min : longer
    this.#rests.set(author, { since, delay, until: since + delay * (1 + this.#random() / 2), refused })
  }

  /** The author lives: it was busy, or on its way back. */
  heard(author: string): void {
    const rest = this.#rests.get(author)
    if (rest === undefined || rest.refused || rest.delay <= this.#limits.alive) return
    const delay = this.#limits.alive
    this.#rests.set(author, { ...rest, delay, until: rest.since + delay })
  }

  forget(author: string): void {
    this.#rests.delete(author)
  }
}
